"""What is in archives: added, found, given back, and told where it is."""

import io
import os
import tempfile
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from dam.core.config import load_settings
from dam.library import Library
from dam.models.archive.samples import FILES, broken, encrypted, odd, tarred, zipped
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, counts, outcomes, paths_of, sha256, show, system_counts, write

LAKE = encoded(photo(1), quality=90)
HILL = encoded(photo(2), "PNG")


def expansion(dam: CommandInProcess | CommandProcess, archive: object) -> tuple[str, str]:
    """Return how expanding an archive has ended, and why."""
    (run,) = (run for run in show(dam, archive)["runs"] if run["system"] == "archive.expand")
    return run["outcome"], run["error"] or ""


def members(dam: CommandInProcess | CommandProcess, archive: int) -> dict[str, dict[str, Any]]:
    """Return what is known in an archive, by name there."""
    found = {}
    for asset in dam("query", "--has", "MemberLocation", "--json").json:
        for place in show(dam, asset["entity"])["components"]["MemberLocation"]:
            if place["container_id"] == archive:
                found[place["path"]] = asset
    return found


def test_a_picture_in_an_archive_is_found_by_hash_and_by_likeness(
    library: CommandInProcess, tmp_path: Path
) -> None:
    archive = write(tmp_path / "outer.zip", zipped({"inner/lake.jpg": LAKE, "hill.png": HILL}))
    smaller = write(tmp_path / "smaller.jpg", encoded(photo(1).resize((160, 120))))

    added = library("add-asset", archive)
    assert added.exit_code == 0
    assert counts(added) == {
        "seen": 1, "new": 1, "duplicate": 0, "unchanged": 0, "skipped": 0, "failed": 0
    }  # fmt: skip
    assert added.stderr.endswith("; 1 archive expanded: 2 members new, 0 known\n")

    (found,) = library("find-file-by-hash", sha256(LAKE), "--json").json
    assert paths_of(found) == {f"{archive}!/inner/lake.jpg"}
    assert (found["media_type"], found["in_store"]) == ("image/jpeg", False)
    (similar,) = library("find-similar-images", smaller, "--json").json
    assert similar["entity"] == found["entity"]
    assert f"  path    {archive}!/inner/lake.jpg\n" in library("show", str(found["entity"])).stdout
    assert "  stored  no, only in an archive\n" in library("show", str(found["entity"])).stdout


@pytest.mark.parametrize(
    "name", ["plain.zip", "plain.tar", "gzipped.tar.gz", "bzipped.tar.bz2", "xzipped.tar.xz"]
)
def test_members_come_back_byte_for_byte(library: CommandInProcess, tmp_path: Path, name: str) -> None:
    from dam.models.archive.samples import good

    archive = write(tmp_path / name, good()[name])
    assert library("add-asset", archive).exit_code == 0

    for path, content in FILES.items():
        output = tmp_path / "out" / path
        output.parent.mkdir(parents=True, exist_ok=True)
        assert library("get", sha256(content), "-o", output).exit_code == 0
        assert output.read_bytes() == content


def test_members_are_what_the_same_files_would_be(
    library: CommandInProcess, tmp_path: Path, library_environment: pytest.MonkeyPatch
) -> None:
    files = {"lake.jpg": LAKE, "hill.png": HILL, "half.png": HILL[:5000], "notes.txt": b"notes", "none": b""}
    archive = write(tmp_path / "files.tar", tarred(files))
    assert library("add-asset", archive).exit_code == 0
    inside = {name: _facts(library, sha256(data)) for name, data in files.items()}

    library_environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'apart.db'}")
    library_environment.setenv("DAM_STORE", str(tmp_path / "apart"))
    assert library("setup-db").exit_code == 0
    for name, data in files.items():
        write(tmp_path / "files" / name, data)
    assert library("add-asset", "-r", tmp_path / "files").exit_code == 0

    assert {name: _facts(library, sha256(data)) for name, data in files.items()} == inside


def _facts(dam: CommandInProcess, digest: str) -> tuple[Any, Any]:
    """Return everything known of an asset but its number and where it is."""
    shown = show(dam, digest)
    places = {"FileLocation", "MemberLocation", "StoredCopy"}
    components = {name: rows for name, rows in shown["components"].items() if name not in places}
    return components, shown["runs"]


def test_adding_again_and_running_does_nothing_more(library: CommandInProcess, tmp_path: Path) -> None:
    archive = write(tmp_path / "a.zip", zipped({"lake.jpg": LAKE}))
    library("add-asset", archive)

    again = library("add-asset", archive)
    assert counts(again)["unchanged"] == 1
    assert "expanded" not in again.stderr
    assert library("run").stderr.startswith("0 entities visited: 0 done")
    assert system_counts(library)["archive.expand"]["pending"] == 0


def test_the_same_bytes_as_a_file_and_as_a_member_are_one_asset(
    library: CommandInProcess, tmp_path: Path
) -> None:
    picture = write(tmp_path / "lake.jpg", LAKE)
    archive = write(tmp_path / "a.zip", zipped({"copy.jpg": LAKE, "again/copy.jpg": LAKE}))
    added = library("add-asset", picture, archive)

    assert "0 members new, 2 known" in added.stderr
    assert paths_of(show(library, picture)) == {
        str(picture), f"{archive}!/copy.jpg", f"{archive}!/again/copy.jpg"
    }  # fmt: skip


def test_archives_in_archives_are_expanded_as_deep_as_allowed(
    library: CommandInProcess, tmp_path: Path
) -> None:
    third = zipped({"deep.jpg": LAKE})
    archive = write(tmp_path / "1.zip", zipped({"2.tar.gz": tarred({"3.zip": third}, "gz")}))
    deep = {"DAM_ARCHIVE_DEPTH": "2"}

    library("add-asset", archive, env=deep)
    assert library("find-file-by-hash", sha256(LAKE)).exit_code == 1
    outcome, why = expansion(library, sha256(third))
    assert (outcome, why) == ("failed", "not expanded: it lies 3 deep, and DAM_ARCHIVE_DEPTH is 2")
    assert why in library("status", "--failed").stdout

    alone = write(tmp_path / "alone.zip", third)
    library("add-asset", alone, env=deep)
    (found,) = library("find-file-by-hash", sha256(LAKE), "--json").json
    assert paths_of(found) == {f"{alone}!/deep.jpg", f"{archive}!/2.tar.gz!/3.zip!/deep.jpg"}


def test_with_a_depth_of_nothing_archives_are_left_as_they_are(
    library: CommandInProcess, tmp_path: Path
) -> None:
    archive = write(tmp_path / "a.zip", zipped({"lake.jpg": LAKE}))
    assert "expanded" not in library("add-asset", archive, env={"DAM_ARCHIVE_DEPTH": "0"}).stderr
    assert system_counts(library)["archive.expand"]["pending"] == 1

    assert "1 archive expanded: 1 members new" in library("run").stderr
    assert library("find-file-by-hash", sha256(LAKE)).exit_code == 0


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("DAM_ARCHIVE_MEMBERS", "2", "expanded in part, 2 members: more than 2 members: DAM_ARCHIVE_MEMBERS"),
        ("DAM_ARCHIVE_SIZE", "1", "expanded in part, 1 members: more than 1 MiB: DAM_ARCHIVE_SIZE"),
    ],
)
def test_what_is_beyond_a_limit_is_said_and_done_once_it_is_raised(
    library: CommandInProcess, tmp_path: Path, setting: str, value: str, why: str
) -> None:
    files = {"one": bytes(700_000), "two": bytes(700_001), "three": b"3"}
    archive = write(tmp_path / "a.tar.gz", tarred(files, "gz"))

    added = library("add-asset", archive, env={setting: value})
    assert added.exit_code == 0
    assert "1 not whole: see status --failed" in added.stderr
    assert expansion(library, archive) == ("failed", why)

    assert library("run", "--retry-failed").exit_code == 0
    assert expansion(library, archive) == ("done", "")
    assert set(members(library, show(library, archive)["entity"])) == set(files)


def test_a_bomb_is_stopped_by_what_it_makes_of_itself(library: CommandInProcess, tmp_path: Path) -> None:
    archive = write(tmp_path / "bomb.zip", zipped({"zeros": bytes(80 << 20)}))
    library("add-asset", archive)

    why = "not expanded: more than 200 times its own size: DAM_ARCHIVE_RATIO"
    assert expansion(library, archive) == ("failed", why)


def test_limits_count_what_is_in_archives_within_as_well(library: CommandInProcess, tmp_path: Path) -> None:
    inner = zipped({"a": b"a", "b": b"b"})
    archive = write(tmp_path / "outer.zip", zipped({"inner.zip": inner, "c": b"c"}))
    library("add-asset", archive, env={"DAM_ARCHIVE_MEMBERS": "3"})

    assert expansion(library, archive)[0] == "done"
    assert expansion(library, sha256(inner))[1].startswith("expanded in part, 1 members: more than 3")


def test_an_encrypted_member_is_a_clear_failure(library: CommandInProcess, tmp_path: Path) -> None:
    archive = write(tmp_path / "secret.zip", encrypted(FILES))
    library("add-asset", archive)

    why = "not expanded: 3 of 3 cannot be read, the first is letters/a.txt: encrypted"
    assert expansion(library, archive) == ("failed", why)
    assert library("query", "--has", "MemberLocation").exit_code == 1


@pytest.mark.parametrize("name", sorted(broken()))
def test_a_broken_archive_is_an_asset_and_a_failure(
    library: CommandInProcess, tmp_path: Path, name: str
) -> None:
    archive = write(tmp_path / name, broken()[name])
    assert add(library, archive)[name]["status"] == "new"

    outcome, why = expansion(library, archive)
    assert outcome in ("failed", "unavailable")
    assert why


def test_names_in_archives_are_data_and_lead_nowhere(library: CommandInProcess, tmp_path: Path) -> None:
    hostile = ["../../evil", "/etc/evil", "..\\evil", "C:\\evil", "a\x1b[31m", "/"]
    archive = write(tmp_path / "in" / "a.tar", tarred({name: name.encode() for name in hostile}))
    before = sorted(tmp_path.rglob("*"))
    library("add-asset", archive)

    found = members(library, show(library, archive)["entity"])
    assert set(found) == {"../../evil", "/etc/evil", "..\\evil", "C:\\evil", "a\x1b[31m", "/"}
    appeared = set(tmp_path.rglob("*")) - set(before)
    assert {path.parts[len(tmp_path.parts)] for path in appeared} <= {"store", "dam.db-wal", "dam.db-shm"}
    assert "\x1b" not in library("show", sha256(b"a\x1b[31m")).stdout


def test_links_and_folders_are_no_members_and_equal_names_are_two(
    library: CommandInProcess, tmp_path: Path
) -> None:
    archives = odd()
    links = write(tmp_path / "links.tar", archives["links.tar"])
    twice = write(tmp_path / "twice.zip", archives["twice.zip"])
    library("add-asset", links, twice)

    assert expansion(library, links) == ("nothing", "")
    assert set(members(library, show(library, twice)["entity"])) == {"pic", "PIC"}


def test_a_name_that_is_not_utf8_is_kept_as_bytes(library: CommandInProcess, tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("caf_.txt", b"coffee")
    archive = write(tmp_path / "a.zip", data.getvalue().replace(b"caf_.txt", b"caf\xe9.txt"))
    library("add-asset", archive)

    (found,) = library("find-file-by-hash", sha256(b"coffee"), "--json").json
    (place,) = found["locations"]
    assert os.fsencode(place["path"]) == os.fsencode(archive) + b"!/caf\xe9.txt"


def test_members_go_with_their_archive_unless_they_are_elsewhere(
    library: CommandInProcess, tmp_path: Path
) -> None:
    archive = write(tmp_path / "x" / "a.zip", zipped({"lake.jpg": LAKE, "hill.png": HILL}))
    hill = write(tmp_path / "x" / "hill.png", HILL)
    library("add-asset", "-r", tmp_path / "x")
    archive.unlink()
    library("scan")

    assert paths_of(show(library, sha256(LAKE))) == set()
    assert paths_of(show(library, sha256(HILL))) == {str(hill)}
    # The store still has the archive, and so the picture in it.
    assert library("get", sha256(LAKE), "-o", tmp_path / "lake.jpg").exit_code == 0

    write(archive, zipped({"lake.jpg": LAKE, "hill.png": HILL}))
    library("add-asset", archive)
    assert paths_of(show(library, sha256(LAKE))) == {f"{archive}!/lake.jpg"}


def test_an_archive_that_moves_takes_its_members_along(library: CommandInProcess, tmp_path: Path) -> None:
    archive = write(tmp_path / "x" / "a.zip", zipped({"lake.jpg": LAKE}))
    library("add-asset", archive)
    archive.rename(tmp_path / "x" / "b.zip")
    library("scan")

    assert paths_of(show(library, sha256(LAKE))) == {f"{tmp_path / 'x' / 'b.zip'}!/lake.jpg"}


def test_an_archive_in_place_is_read_where_it_is_and_believed_only_by_hash(
    library: CommandInProcess, tmp_path: Path
) -> None:
    archive = write(tmp_path / "a.tar", tarred({"lake.jpg": LAKE}))
    library("add-asset", "--no-copy", archive)
    assert library("get", sha256(LAKE), "-o", tmp_path / "lake.jpg").exit_code == 0
    assert (tmp_path / "lake.jpg").read_bytes() == LAKE

    archive.write_bytes(archive.read_bytes().replace(LAKE[1000:1100], bytes(100)))
    refused = library("get", sha256(LAKE), "-o", tmp_path / "other.jpg")
    assert refused.exit_code == 3
    assert "is no longer the content it was" in refused.stderr
    assert not (tmp_path / "other.jpg").exists()


def test_a_file_that_is_gone_and_in_a_stored_archive_is_not_the_last_copy(
    library: CommandInProcess, tmp_path: Path
) -> None:
    pictures = [write(tmp_path / "x" / "lake.jpg", LAKE), write(tmp_path / "x" / "hill.png", HILL)]
    archive = write(tmp_path / "a.zip", zipped({"inner.zip": zipped({"lake.jpg": LAKE})}))
    library("add-asset", archive)
    library("add-asset", "--no-copy", *pictures)
    pictures[0].unlink()
    assert library("scan", tmp_path / "x").exit_code == 0

    pictures[1].unlink()
    assert library("scan", tmp_path / "x").exit_code == 4


def test_what_was_cut_short_goes_on_where_it_was(library: CommandInProcess, tmp_path: Path) -> None:
    files = {f"{number:04}": b"%d" % number for number in range(600)}
    archive = write(tmp_path / "many.tar.gz", tarred(files, "gz"))
    library("add-asset", archive, env={"DAM_ARCHIVE_DEPTH": "0"})
    asked = iter([False, False, True, True, True])
    with Library.open(load_settings()) as opened:
        (cut,) = opened.expand(until=lambda: next(asked, True))
    assert (cut.outcome, cut.new) == (None, 256)

    went_on = library("add-asset", archive)
    assert "1 archive expanded: 344 members new, 0 known" in went_on.stderr
    assert outcomes(library, archive)["archive.expand"] == "done"
    assert len(library("query", "--has", "MemberLocation", "--json").json) == 600


@pytest.mark.parametrize("place", ["where it was", "elsewhere"])
def test_an_archive_within_one_that_was_done_goes_on_as_well(
    library: CommandInProcess, tmp_path: Path, place: str
) -> None:
    third = zipped({"lake.jpg": LAKE})
    data = zipped({"2.tar": tarred({"3.zip": third})})
    archive = write(tmp_path / "1.zip", data)
    library("add-asset", archive, env={"DAM_ARCHIVE_DEPTH": "0"})
    with Library.open(load_settings()) as opened:
        assert [expanded.new for expanded in islice(opened.expand(), 2)] == [1, 1]
    assert (expansion(library, archive)[0], library("find-file-by-hash", sha256(LAKE)).exit_code) == (
        "done",
        1,
    )

    again = archive if place == "where it was" else write(tmp_path / "x" / "1.zip", data)
    went_on = library("add-asset", again)
    assert "1 archive expanded: 1 members new, 0 known" in went_on.stderr
    assert expansion(library, sha256(third)) == ("done", "")
    assert "expanded" not in library("add-asset", again).stderr


def test_a_system_that_comes_later_reads_members_through_their_archive(
    library: CommandInProcess, tmp_path: Path
) -> None:
    archive = write(tmp_path / "a.tar.gz", tarred({"hill.png": HILL, "lake.jpg": LAKE}, "gz"))
    library("add-asset", archive)

    assert "2 done" in library("run", "image.hash_pixels").stderr
    assert library("get", sha256(HILL), "--preview", "-o", tmp_path / "preview").exit_code == 0


def test_without_the_library_7z_is_an_asset_and_the_ledger_says_what_it_needs(
    library: CommandInProcess, tmp_path: Path, library_environment: pytest.MonkeyPatch
) -> None:
    library_environment.setitem(__import__("sys").modules, "libarchive", None)
    archive = write(tmp_path / "a.7z", broken()["none.7z"])
    library("add-asset", archive)

    assert expansion(library, archive) == ("unavailable", "libarchive (extra: archive)")


@pytest.mark.parametrize("name", ["archive.7z", "archive.rar", "archive.zip", "archive.tar.bz2"])
def test_real_archives_have_what_they_have(
    library: CommandInProcess, corpus: Path, tmp_path: Path, name: str
) -> None:
    pytest.importorskip("libarchive")
    (archive,) = add(library, corpus / "archive" / name).values()

    found = members(library, archive["entity"])
    assert len(found) == 8
    assert {"hello.sh", "github-tags.json", "artificial/0.bytes"} <= set(found)


def test_workers_expand_as_well_and_leave_nothing_behind(
    program: CommandProcess, tmp_path: Path, library_environment: pytest.MonkeyPatch
) -> None:
    library_environment.setenv("DAM_WORKERS", "2")
    inner = tarred({"big": os.urandom(9 << 20), "lake.jpg": LAKE}, "gz")
    archive = write(tmp_path / "a.zip", zipped({"inner.tar.gz": inner, "hill.png": HILL}, method=0))
    # Not below `tmp_path`, which is too long for the sockets of workers.
    with tempfile.TemporaryDirectory() as temporary:
        added = program("add-asset", archive, env={"TMPDIR": temporary})
        left = os.listdir(temporary)

    assert (added.exit_code, left) == (0, [])
    assert "2 archives expanded: 4 members new, 0 known" in added.stderr
    assert paths_of(show(program, sha256(LAKE))) == {f"{archive}!/inner.tar.gz!/lake.jpg"}
