"""Killed while it expands archives: what the next run makes of them is what an undisturbed run makes."""

import random
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from dam.models.archive.samples import encrypted, tarred, zipped
from dam.models.image.samples import encoded, photo
from tests.durability.canonical_dump import Dump, canonical_dump
from tests.durability.invariants import broken_laws, leftovers
from tests.durability.kill_study import KillStudy, kill_study, wait_for_orphans
from tests.durability.running_add import RunningAdd, kill_all
from tests.durability.scratch_library import PROGRAM, ScratchLibrary

MOMENTS = 40
NORMAL = {1, 3}
ARCHIVES = 4
MEMBERS = 600
"""Of one archive: more than two transactions have."""
PLACES = (MEMBERS + 1 + 7) + (4 + 1 + 1 + 1) + 7
"""With those in the archives in archives."""


def write_archives(folder: Path) -> Path:
    """Write archives in which some members are large, some are archives, and some cannot be read."""
    chance = random.Random(1)
    texts = {f"notes/{number:03}.txt": b"note %d\n" % number for number in range(MEMBERS)}
    pictures = {f"{seed}.jpg": encoded(photo(seed, (96, 64))) for seed in range(6)}
    # More than a transaction takes, so that a tar is read from its beginning to go on behind it.
    large = {f"{number}.bin": chance.randbytes(12 << 20) for number in range(4)}
    inner = tarred({**pictures, "again.txt": texts["notes/000.txt"]}, "gz")
    # Not the same one: it counts against the limits of whichever archive it was found in first.
    innermost = tarred({"far in.txt": b"far in"}, "gz")
    folder.mkdir()
    (folder / "many.zip").write_bytes(zipped({**texts, "inner.tar.gz": inner}))
    (folder / "large.tar").write_bytes(tarred({**large, "nested.zip": zipped({"in.tgz": innermost})}))
    (folder / "secret.zip").write_bytes(encrypted(pictures))
    (folder / "again.zip").write_bytes(zipped({"large.bin": large["0.bin"], **pictures}))
    return folder


class Expansion(NamedTuple):
    """How archives are added, and what a run that nobody disturbs makes of them."""

    study: KillStudy
    options: tuple[str, ...]
    expected: Dump

    def start(self, library: ScratchLibrary) -> RunningAdd:
        return self.study.start(library, *self.options)


@pytest.fixture(scope="session", params=["in archives", "copied"])
def expansion(request: pytest.FixtureRequest, session_folder: Path) -> Expansion:
    """Archives of many kinds, some in others, whose members stay there or are copied into the store."""
    study = kill_study(session_folder, "archives", write_archives)
    places = [row for rows in study.expected.values() for row in rows.get("MemberLocation", ())]
    assert (study.files, len(places)) == (ARCHIVES, PLACES)
    if request.param == "in archives":
        return Expansion(study, (), study.expected)
    with TemporaryDirectory(dir=session_folder) as folder:
        library = study.before.copy_to(Path(folder) / "copied")
        assert study.start(library, "--copy-members").finish().exit_code == study.exit_code
        return Expansion(study, ("--copy-members",), canonical_dump(library.settings()))


def kill_while_expanding(expansion: Expansion, library: ScratchLibrary, chance: random.Random) -> None:
    """Add the archives, and kill that at some moment after all of them are acknowledged."""
    add = expansion.start(library)
    try:
        add.wait_until(lambda: add.lines >= ARCHIVES)
        end = time.monotonic() + chance.uniform(0, expansion.study.seconds)
        add.wait_until(lambda: time.monotonic() >= end)
        # The whole group at once, as a power supply would, or the coordinator alone.
        add.signal(signal.SIGKILL, whole_group=chance.random() < 0.5)
        add.finish()
    except BaseException:
        kill_all(library)
        raise
    wait_for_orphans(library)
    assert broken_laws(library.settings(), add.said) == []


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=[] if seed in NORMAL else [pytest.mark.deep]) for seed in range(MOMENTS)],
)
def test_killed_while_it_expands_the_next_run_ends_where_an_undisturbed_one_does(
    expansion: Expansion, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    library = expansion.study.before.copy_to(tmp_path / "library")
    kill_while_expanding(expansion, library, chance)
    while chance.random() < 0.4:
        kill_while_expanding(expansion, library, chance)
    # Whether members are copied is for those to say who add: `run` copies none.
    if not expansion.options and chance.random() < 0.5:
        # An archive that cannot be expanded is a failure that is told where it is new.
        ran = library.run([PROGRAM, "run"], DAM_WORKERS="2")
        assert ran.exit_code in (0, 3), ran
        assert canonical_dump(library.settings()) == expansion.expected

    result = expansion.start(library).finish()
    assert result.exit_code == expansion.study.exit_code, result
    assert [line["status"] for line in result.json] == ["unchanged"] * ARCHIVES
    assert canonical_dump(library.settings()) == expansion.expected
    assert broken_laws(library.settings()) == []
    assert leftovers(library.settings()) == []
