"""A new file is opened once, and each of its bytes is read once, by whatever process works on it."""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from dam.models.image.samples import encoded, photo
from tests.command_line import Result
from tests.durability.scratch_library import PROGRAM, ScratchLibrary
from tests.durability.system_call_trace import read_trace, tracing
from tests.services.processes import strace

_READS = "read,readv,pread64,preadv,preadv2,mmap,sendfile,copy_file_range,splice"
_TRACED = f"open,openat,openat2,{_READS}"
_BEYOND_MEMORY = (64 << 20) + 4096
_HEAD = 1 << 16


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Files on either side of every size from which a file is treated in another way, pictures among them."""
    folder = tmp_path / "sources"
    folder.mkdir()
    noise = random.Random(1)
    for size in (0, 1, 1 << 16, (1 << 16) + 1, 300_000, (1 << 20) + 1, 5 << 20, (8 << 20) + 1):
        (folder / f"{size}.bin").write_bytes(noise.randbytes(size))
    for number in range(12):
        (folder / f"photo {number}.jpg").write_bytes(encoded(photo(number, (900, 700))))
    (folder / "large.bmp").write_bytes(encoded(photo(20, (2000, 1500)), "BMP"))
    return folder


def add(library: ScratchLibrary, sources: Path, *options: str, workers: int) -> Result:
    log = library.folder / "strace.log"
    traced = [*strace()[:1], *tracing(log, "--seccomp-bpf", "-e", f"trace={_TRACED}")]
    program: list[str | Path] = [PROGRAM, "add-asset", "--json", "-r", *options, sources]
    result = library.run([*traced, *program], DAM_WORKERS=str(workers))
    assert result.exit_code == 0, result
    return result


def opened_and_read(library: ScratchLibrary, sources: Path) -> tuple[Counter[str], Counter[str]]:
    """Return how often each source was opened, and how many of its bytes were read or mapped."""
    opened: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for call in read_trace(library.folder / "strace.log"):
        if "O_PATH" in call.text or not (call.succeeded or call.result.startswith("0x")):
            continue
        if call.name.startswith("open"):
            # By what it became, so that opening it by way of /proc or a folder counts as well.
            path = call.opened or ""
            opened[Path(path).name] += path.startswith(f"{sources}/")
        else:
            for path in call.files:
                read[Path(path).name] += call.amount * path.startswith(f"{sources}/")
    return +opened, +read


def sizes(sources: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sources.iterdir()}


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("options", [[], ["--no-copy"], ["--move"]], ids=["copied", "in place", "moved"])
def test_every_new_file_is_opened_once_and_read_once(
    library: ScratchLibrary, sources: Path, options: list[str], workers: int
) -> None:
    expected = sizes(sources)
    result = add(library, sources, *options, workers=workers)
    assert {one["status"] for one in result.json} == {"new"}
    assert not any(one["problems"] for one in result.json)
    opened, read = opened_and_read(library, sources)
    assert opened == dict.fromkeys(expected, 1)
    assert read == Counter(expected) + Counter()


@pytest.mark.parametrize("options", [[], ["--no-copy"]], ids=["copied", "in place"])
def test_so_is_every_new_name_of_known_bytes(
    library: ScratchLibrary, sources: Path, tmp_path: Path, options: list[str]
) -> None:
    add(library, sources, *options, workers=2)
    copies = tmp_path / "copies"
    copies.mkdir()
    for path in sources.iterdir():
        for number in range(2):
            (copies / f"{number} {path.name}").write_bytes(path.read_bytes())
    expected = sizes(copies)
    result = add(library, copies, *options, workers=2)
    assert {one["status"] for one in result.json} == {"duplicate"}
    opened, read = opened_and_read(library, copies)
    assert opened == dict.fromkeys(expected, 1)
    assert read == Counter(expected) + Counter()


def test_in_place_what_does_not_fit_into_memory_is_hashed_once_and_then_only_looked_into(
    library: ScratchLibrary, tmp_path: Path
) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "film").touch()
    os.truncate(folder / "film", _BEYOND_MEMORY)
    add(library, folder, "--no-copy", workers=1)
    _, read = opened_and_read(library, folder)
    assert _BEYOND_MEMORY <= read["film"] <= _BEYOND_MEMORY + _HEAD
