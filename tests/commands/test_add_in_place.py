"""`dam-cli add-asset --no-copy`: the bytes stay where they are, and every answer says so."""

from pathlib import Path

from dam.library import Library
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.facts import add, outcomes, paths_of, sha256, show, stored_files, system_counts, write

BROKEN = encoded(photo(4), "PNG")[:2000]


def forget_dimensions(entity: int) -> None:
    """Make a system pending, as a new version of it would."""
    with Library.open() as library, library.world() as world:
        world.remove(entity, DimensionsComponent)


def objects() -> list[str]:
    return [path for path in stored_files() if path.startswith("objects")]


def test_nothing_is_copied_and_every_answer_says_so(library: CommandInProcess, media: Path) -> None:
    lake = media / "lake.jpg"
    assert add(library, "--no-copy", lake)["lake.jpg"]["status"] == "new"
    assert objects() == []
    digest = sha256(lake.read_bytes())
    answers = [
        *library("find-file-by-hash", "--json", digest).json,
        *library("query", "--has", "Image", "--json").json,
        *library("show", "--json", digest).json,
        *library("find-similar-images", "--json", media / "lake-small.png").json,
    ]
    assert [answer["in_store"] for answer in answers] == [False] * 4
    for command in (["find-file-by-hash", digest], ["show", "1"]):
        assert "stored  no, only where it was found" in library(*command).stdout


def test_everything_is_derived_from_it_all_the_same(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    add(library, "--no-copy", media / "lake.jpg")
    # It says nothing about itself; all that is made from pixels is.
    silent = {"image.keep_metadata", "image.read_capture", "image.read_description"}
    assert outcomes(library, 1).items() >= dict.fromkeys(silent, "nothing").items()
    assert {outcome for name, outcome in outcomes(library, 1).items() if name not in silent} == {"done"}
    assert library("get", "1", "--preview", "-o", tmp_path / "preview").exit_code == 0
    assert library("get", "1", "-o", tmp_path / "back.jpg").exit_code == 0
    assert (tmp_path / "back.jpg").read_bytes() == (media / "lake.jpg").read_bytes()


def test_the_second_time_nothing_is_added(library: CommandInProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", b"a")
    add(library, "--no-copy", file)
    assert add(library, "--no-copy", file)["a.txt"]["status"] == "unchanged"


def test_adding_it_later_with_copying_copies_it(library: CommandInProcess, media: Path) -> None:
    lake = media / "lake.jpg"
    add(library, "--no-copy", lake)
    copied = library("add-asset", lake)
    assert copied.stdout.startswith("duplicate ")
    assert "copied into the store" in copied.stdout
    now = show(library, 1)
    assert now["in_store"] is True
    assert paths_of(now) == {str(lake)}
    assert len(objects()) == 1
    lake.unlink()
    assert library("get", "1").exit_code == 0


def test_edited_in_place_its_place_is_closed_by_the_next_visit_and_nothing_is_derived(
    library: CommandInProcess, media: Path
) -> None:
    lake = media / "lake.jpg"
    add(library, "--no-copy", lake)
    lake.write_bytes((media / "hill.png").read_bytes())
    forget_dimensions(1)
    ran = library("run")
    assert ran.exit_code == 0
    assert f"{lake}: is no longer the content it was" in ran.stderr
    assert show(library, 1)["locations"] == []
    assert "Dimensions" not in show(library, 1)["components"]
    assert system_counts(library)["image.measure"]["pending"] == 1


def test_edited_and_then_added_again_its_new_content_has_the_place(
    library: CommandInProcess, media: Path
) -> None:
    file = media / "notes.txt"
    add(library, "--no-copy", file)
    file.write_bytes(b"other")
    assert add(library, "--no-copy", file)["notes.txt"]["status"] == "new"
    assert show(library, 1)["locations"] == []
    assert paths_of(show(library, 2)) == {str(file)}


def test_out_of_reach_its_systems_stay_pending_and_have_not_failed(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    add(library, "--no-copy", media / "lake.jpg")
    forget_dimensions(1)
    media.rename(tmp_path / "unplugged")
    ran = library("run")
    assert ran.exit_code == 0
    assert (
        system_counts(library)["image.measure"]["pending"],
        system_counts(library)["image.measure"]["failed"],
    ) == (1, 0)
    assert paths_of(show(library, 1)) == {str(media / "lake.jpg")}
    (tmp_path / "unplugged").rename(media)
    assert library("run").exit_code == 0
    assert system_counts(library)["image.measure"]["pending"] == 0


def test_what_failed_in_place_is_not_tried_on_other_bytes(library: CommandInProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "broken.png", BROKEN)
    add(library, "--no-copy", file)
    file.write_bytes(encoded(photo(4), "PNG"))
    assert library("run", "--retry-failed").exit_code == 0
    assert show(library, 1)["locations"] == []
    assert outcomes(library, 1)["image.make_preview"] == "failed"


def test_a_second_place_serves_when_the_first_is_gone(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    data = (media / "lake.jpg").read_bytes()
    add(library, "--no-copy", media / "lake.jpg", write(tmp_path / "second.jpg", data))
    (media / "lake.jpg").unlink()
    forget_dimensions(1)
    assert library("run").exit_code == 0
    assert outcomes(library, 1)["image.measure"] == "done"
    assert system_counts(library)["image.measure"]["pending"] == 0
    assert library("get", "1", "-o", tmp_path / "back").exit_code == 0


def test_bytes_that_are_gone_or_other_are_not_given_back(
    library: CommandInProcess, media: Path, tmp_path: Path
) -> None:
    added = add(library, "--no-copy", media / "notes.txt", media / "hill.png")
    (media / "notes.txt").write_bytes(b"the lake, then the fell\n")
    altered = library("get", added["notes.txt"]["sha256"], "-o", tmp_path / "back")
    assert altered.exit_code == 4
    assert not (tmp_path / "back").exists()
    (media / "hill.png").unlink()
    missing = library("get", added["hill.png"]["sha256"], "-o", tmp_path / "back")
    assert missing.exit_code == 3
    assert "no such file or directory" in missing.stderr
