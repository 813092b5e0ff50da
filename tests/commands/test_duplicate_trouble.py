"""`find-duplicates` where files are gone, rows are damaged, nothing can be written, or nobody listens."""

import os
import signal
import subprocess
from pathlib import Path
from shutil import rmtree

import pytest

from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.samples import broken, encoded, odd, photo
from dam.search.packing import pack
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.duplicate_groups import answer, families, groups, name_of
from tests.commands.facts import add, everything, object_file, show, system_counts, write
from tests.commands.permissions import read_only
from tests.commands.rows import execute, library_database
from tests.commands.terminal import watched


@pytest.fixture
def twins(library: CommandInProcess, tmp_path: Path) -> list[Path]:
    """The same pixels in two files that were registered where they are, and in one that is in the store."""
    lake = photo(1)
    paths = [write(tmp_path / name, encoded(lake, kind)) for name, kind in FORMATS.items()]
    add(library, "--no-copy", *paths[:2])
    add(library, paths[2])
    return paths


FORMATS = {"lake.png": "PNG", "lake.bmp": "BMP", "lake.tif": "TIFF"}
ALL = [("pixel-identical", ["lake.png", "lake.bmp", "lake.tif"])]


def test_what_is_gone_before_it_was_decoded_is_near_and_it_is_said(
    library: CommandInProcess, twins: list[Path]
) -> None:
    kept = twins[0].read_bytes()
    twins[0].unlink()
    before = everything()[0]
    found, summary, result = answer(library)
    assert result.exit_code == 3
    assert summary["undecoded"] == 1
    assert "cannot say of 1 image whether the pixels are those of others: out of reach" in result.stderr
    likenesses = {
        group["class"]: {one["entity"] for one in (group["best"], *group["members"])} for group in found
    }
    assert likenesses["pixel-identical"] == {2, 3}
    assert 1 in likenesses["near"]
    after = everything()[0]
    assert {table for table in before if before[table] != after[table]} <= {
        "image_pixel_hash",
        "ledger",
        "system",
    }
    assert show(library, 1)["components"]["FileLocation"][0]["state"] == "present"
    # What comes back is decoded then.
    write(twins[0], kept)
    assert groups(library) == ALL


def test_what_was_decoded_once_need_not_be_there_any_more(
    library: CommandInProcess, twins: list[Path]
) -> None:
    before = groups(library)
    for path in twins[:2]:
        path.unlink()
    assert groups(library) == before == ALL


def test_nothing_is_said_of_files_whose_pixels_no_other_may_have(
    library: CommandInProcess, tmp_path: Path
) -> None:
    paths = [write(tmp_path / f"{seed}.png", encoded(photo(seed), "PNG")) for seed in (1, 2)]
    add(library, "--no-copy", *paths)
    for path in paths:
        path.unlink()
    assert answer(library)[2].stderr == "compared 2 pictures, each with each\nno duplicates found\n"


def test_bytes_that_the_store_has_lost_are_said_not_to_be_compared(
    library: CommandInProcess, twins: list[Path]
) -> None:
    twins[2].unlink()
    object_file(show(library, 3)["sha256"]).unlink()
    found, summary, result = answer(library, "--class", "pixel")
    assert (result.exit_code, summary["undecoded"]) == (4, 1)
    assert {one["entity"] for one in (found[0]["best"], *found[0]["members"])} == {1, 2}
    assert "out of reach or damaged" in result.stderr
    assert "entity 3: " in result.stderr


def test_of_bytes_that_rotted_in_the_store_nothing_is_derived_until_they_are_healed(
    library: CommandInProcess, twins: list[Path]
) -> None:
    stored = object_file(show(library, 3)["sha256"])
    stored.chmod(0o644)
    with stored.open("r+b") as file:
        file.seek(-1000, os.SEEK_END)
        file.write(b"rot")
    _, summary, result = answer(library, "--class", "pixel")
    assert (result.exit_code, summary["undecoded"]) == (4, 1)
    assert "entity 3: " in result.stderr
    assert "is damaged in the store" in result.stderr
    assert "healed" in library("add-asset", "--rehash", twins[2]).stdout
    assert groups(library) == ALL


def test_the_last_known_copy_that_was_altered_in_place_is_damage_once_and_out_of_reach_then(
    library: CommandInProcess, twins: list[Path]
) -> None:
    write(twins[0], b"another file" * 100)
    _, summary, result = answer(library)
    assert (result.exit_code, summary["undecoded"]) == (4, 1)
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("entity "))
    assert line.startswith("entity 1: ")
    assert line.endswith("  (the last known copy is gone)")
    _, summary, again = answer(library)
    assert (again.exit_code, summary["undecoded"]) == (3, 1)
    assert "entity 1: " not in again.stderr


def test_one_that_was_altered_while_another_copy_is_left_is_no_damage(
    library: CommandInProcess, twins: list[Path], tmp_path: Path
) -> None:
    add(library, "--no-copy", write(tmp_path / "more" / "lake.png", twins[0].read_bytes()))
    write(twins[0], b"another file" * 100)
    _, _, result = answer(library)
    assert result.exit_code == 0
    assert not any(line.startswith("entity ") for line in result.stderr.splitlines())
    assert groups(library, "--class", "pixel") == ALL


def test_a_library_that_can_only_be_read_answers_all_but_what_it_would_have_to_store(
    library: CommandInProcess, twins: list[Path], unprivileged: CommandProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "again.tif", twins[2].read_bytes()))
    add(library, write(tmp_path / "coarse.jpg", encoded(photo(1), quality=50)))
    home = write(tmp_path / "home" / "library" / "x", b"").parent
    for path in (*tmp_path.glob("dam.db*"), tmp_path / "store"):
        path.rename(home / path.name)
    settings = {"DATABASE_URL": f"sqlite:///{home / 'dam.db'}", "DAM_STORE": str(home / "store")}
    # Previews that were lost cannot be made again either.
    rmtree(home / "store" / "derived")
    with read_only(home):
        read = unprivileged("find-duplicates", env=settings)
        report = unprivileged("find-duplicates", "--report", tmp_path / "out.html", env=settings)
    assert read.exit_code == report.exit_code == 3
    assert [line for line in read.stdout.splitlines() if line[0] != " "] == [
        "byte-identical: 2 places",
        "near: 4 files",
    ]
    assert "cannot say of 3 images whether the pixels are those of others: database failed" in read.stderr
    assert "readonly" in read.stderr
    assert "coarse.jpg" in (tmp_path / "out.html").read_text()
    assert library("find-duplicates", env=settings).exit_code == 0
    with read_only(home):
        known = unprivileged("find-duplicates", env=settings)
    assert known.exit_code == 0
    assert "pixel-identical: 3 files" in known.stdout


def test_a_server_that_can_only_be_read_is_no_obstacle_either(
    library: CommandInProcess, twins: list[Path], database_kind: str
) -> None:
    if database_kind != "postgresql":
        pytest.skip("about PostgreSQL")
    url = os.environ["DATABASE_URL"]
    options = "options=-c%20default_transaction_read_only%3Don"
    settings = {"DATABASE_URL": f"{url}{'&' if '?' in url else '?'}{options}"}
    refused = library("find-duplicates", env=settings)
    assert (refused.exit_code, "near: 3 files" in refused.stdout) == (3, True)
    assert "read-only transaction" in refused.stderr
    assert groups(library) == ALL


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE fingerprint_page SET format = 0",
        "UPDATE fingerprint_page SET count = count + 1",
        "UPDATE fingerprint_page SET checksum = 12345",
        "DELETE FROM fingerprint_page",
    ],
)
def test_damaged_pages_change_no_answer(library: CommandInProcess, tmp_path: Path, damage: str) -> None:
    add(library, "-r", families(tmp_path / "media"))
    before = groups(library)
    database = library_database()
    pack(database, [ImagePDQComponent], least=1)
    database.close()
    assert groups(library) == before
    execute(damage)
    assert groups(library) == before


def test_a_pdq_of_the_wrong_length_costs_just_that_picture(
    library: CommandInProcess, tmp_path: Path, database_kind: str
) -> None:
    for quality in (90, 70, 50):
        add(library, write(tmp_path / f"{quality}.jpg", encoded(photo(1), quality=quality)))
    short = "UPDATE image_pdq SET value = substr(value, 1, 31) WHERE entity_id = 2"
    if database_kind == "sqlite":
        execute("PRAGMA ignore_check_constraints = 1", short)
    else:
        execute("ALTER TABLE image_pdq DROP CONSTRAINT ck_image_pdq_value_length", short)
    for options in ([], ["--rotated"]):
        assert groups(library, *options) == [("near", ["90.jpg", "50.jpg"])]
    _, summary, result = answer(library)
    assert (summary["pictures"], summary["incomparable"]) == (2, 1)
    assert "1 image has no current hashes yet and was not compared" in result.stderr


def test_images_without_current_hashes_are_counted_and_not_compared(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for quality in (90, 70, 50):
        add(library, write(tmp_path / f"{quality}.jpg", encoded(photo(1), quality=quality)))
    add(library, write(tmp_path / "half.png", broken()["half.png"]))
    assert answer(library)[1]["incomparable"] == 1
    system = "(SELECT id FROM system WHERE name = 'image.hash_pdq')"
    execute(f"UPDATE ledger SET version = 0 WHERE entity_id = 2 AND system_id = {system}")
    assert groups(library) == [("near", ["90.jpg", "50.jpg"])]
    execute("DELETE FROM image_phash WHERE entity_id = 3")
    assert groups(library) == []
    _, summary, result = answer(library)
    assert (summary["pictures"], summary["unhashed"], summary["undecodable"]) == (1, 2, 1)
    assert "2 images have no current hashes yet" in result.stderr
    library("run")
    assert len(groups(library)[0][1]) >= 2


def test_odd_and_broken_pictures_cost_nothing_but_themselves(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for name, data in {**odd(), **broken()}.items():
        write(tmp_path / "media" / name, data)
    added = library("add-asset", "-r", tmp_path / "media")
    assert added.exit_code == 0
    for options in ([], ["--rotated"]):
        found, summary, result = answer(library, *options)
        assert (result.exit_code, summary["undecoded"]) == (0, 0), result.stderr
        named = [{name_of(one) for one in (group["best"], *group["members"])} for group in found]
        for names in named:
            kin = {KIN.get(name.partition("-")[0], 2) for name in names}
            assert len(kin) == 1, names
        turned = {f"orientation-{number}.jpg" for number in range(1, 9)}
        assert turned <= set().union(*named)
        # Its orientation comes where no decoder looks for it, so that it lies on its side.
        assert any("late-exif.png" in names for names in named) == bool(options)
    assert system_counts(library)["image.hash_pixels"]["failed"] == 0


KIN = {"orientation": 0}
"""Which picture it is by the first word of a name, where it is not the one that most are."""


@pytest.fixture
def wordy(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library with more to answer than a pipe holds."""
    for number in range(200):
        for folder in "ab":
            write(tmp_path / "many" / folder / f"{number:0200}", str(number).encode())
    add(library, "-r", tmp_path / "many")
    return library


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_no_half_report(
    wordy: CommandInProcess, program: CommandProcess, tmp_path: Path, number: int
) -> None:
    (tmp_path / "out").mkdir()
    before = everything()
    process = program.start("find-duplicates", "--json", "--report", tmp_path / "out" / "out.html")
    assert process.stdout is not None
    # From now on it waits for somebody to read on.
    assert process.stdout.read(1) == b"{"
    process.send_signal(number)
    result = program.finish(process)
    assert result.exit_code == 128 + number
    assert "Traceback" not in result.stderr
    assert os.listdir(tmp_path / "out") == []
    assert everything() == before
    assert len(groups(wordy)) == 200


@pytest.mark.parametrize("form", ["--json", "--exhaustive"])
def test_a_pipe_that_is_closed_ends_it_silently(
    wordy: CommandInProcess, program: CommandProcess, form: str
) -> None:
    process = program.start("find-duplicates", form)
    assert process.stdout is not None
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    assert (process.wait(60), said) == (141, b"")


def test_a_full_disk_behind_stdout_is_said(wordy: CommandInProcess, program: CommandProcess) -> None:
    shell = f'exec "{program.program}" find-duplicates > /dev/full'
    full = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
    assert full.returncode == 6
    assert full.stderr == "dam-cli: cannot write: standard output: no space left on device\n"


def test_its_stages_are_shown_to_a_terminal(
    library: CommandInProcess, program: CommandProcess, tmp_path: Path
) -> None:
    add(library, "-r", families(tmp_path / "media"))
    found = watched(program, "find-duplicates", "--json")
    assert found.exit_code == 0
    assert b"\x1b" not in found.stdout
    assert "comparing" in found.text
    assert "decoding" in found.text
