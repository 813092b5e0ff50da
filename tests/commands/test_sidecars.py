"""Sidecars on the command line: beside which file they lie, what they say, and what becomes of that."""

import os
import shutil
from pathlib import Path

import pytest

from dam.models.image.sidecar import samples
from tests.command_line import CommandInProcess
from tests.commands.facts import add, outcomes, paths_of, show, write
from tests.commands.sidecar_answers import picture, raw, titled_so, titles, write_sidecar
from tests.commands.test_scan_out_of_reach import alter_roots


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def test_a_sidecar_wins_over_its_picture_and_says_where_it_is(
    library: CommandInProcess, folder: Path
) -> None:
    photo = write(folder / "lake.jpg", picture())
    sidecar = write_sidecar(folder / "lake.XMP", "Lake", 'xmp:Rating="4" xmp:Label="Red"', "sea", "sun")
    added = add(library, "-r", folder)
    shown = show(library, photo)

    place = {"entity": added["lake.XMP"]["entity"], "path": str(sidecar)}
    assert shown["said_by_sidecars"]["ImageTitle"] == [
        {"text": "Lake", "source": "sidecar", "sidecar": place}
    ]
    assert shown["sidecars"] == [
        {"sidecar": place, "subject": {"entity": added["lake.jpg"]["entity"], "path": str(photo)}}
    ]
    assert shown["components"]["ImageTitle"] == [{"text": "Embedded", "source": "xmp"}]
    assert show(library, sidecar)["sidecars"] == shown["sidecars"]
    text = library("show", photo).stdout
    assert "  ImageTitle  text=Embedded  source=xmp  (overruled by the sidecar)\n" in text
    assert f"  ImageTitle  text=Lake  source=sidecar  (entity {place['entity']}, {sidecar})\n" in text
    assert "  ImageCopyright  text=me  source=exif\n" in text
    assert f"  sidecar-of  {place['entity']} {sidecar} -> {added['lake.jpg']['entity']} {photo}\n" in text


def test_conditions_are_about_what_counts(library: CommandInProcess, folder: Path) -> None:
    write(folder / "lake.jpg", picture())
    write(folder / "hill.jpg", picture("Hill"))
    write_sidecar(folder / "lake.xmp", "Lake", 'xmp:Rating="4"', "sea")
    add(library, "-r", folder)

    def found(*conditions: str) -> list[str]:
        answers = library("query", "--json", *conditions).json
        return sorted(os.path.basename(path) for answer in answers for path in paths_of(answer))

    assert found("--where", "ImageTitle.text=Lake") == ["lake.jpg"]
    assert found("--where", "ImageTitle.text=Embedded") == []
    assert found("--where", "ImageTitle.text=Hill") == ["hill.jpg"]
    assert found("--where", "ImageTitle.source=sidecar", "ImageRating.stars>=4") == ["lake.jpg"]
    assert found("--where", "ImageKeyword.keyword~SE", "ImageCopyright.text=me") == ["lake.jpg"]
    assert found("--has", "ImageRating") == ["lake.jpg"]
    assert found("--lacks", "ImageRating", "--has", "Image") == ["hill.jpg"]
    assert found("--has", "Sidecar") == ["lake.xmp"]
    assert found("--where", "ImageMetadata.record.XMP.xmp:Rating=4") == ["lake.xmp"]


def test_duplicates_are_looked_for_among_what_counts(library: CommandInProcess, folder: Path) -> None:
    for name in ("one.jpg", "two.jpg"):
        write(folder / name, picture())
    write_sidecar(folder / "two.xmp", "Lake")
    add(library, "-r", folder)

    def found(*conditions: str) -> list[str]:
        answer = library("find-duplicates", "--class", "byte", "--json", *conditions)
        return [group["class"] for group in answer.json if "class" in group]

    assert found("--where", "ImageTitle.text=Lake") == ["byte-identical"]
    assert found("--where", "ImageTitle.text=Embedded") == []
    assert found("--has", "ImageRating") == []


def test_the_whole_name_goes_before_the_stem(library: CommandInProcess, folder: Path) -> None:
    write(folder / "a.jpg", picture())
    write_sidecar(folder / "a.jpg.xmp", "Whole")
    write_sidecar(folder / "a.xmp", "Stem")
    write(folder / "a.tif.jpg", picture("Other"))
    add(library, "-r", folder)

    assert titles(library, folder / "a.jpg") == {("Whole", "a.jpg.xmp")}
    assert titles(library, folder / "a.tif.jpg") == {("Other", "file")}
    assert show(library, folder / "a.xmp")["sidecars"] == []


def test_a_stem_is_the_raw_s_if_there_is_one_and_else_every_picture_s(
    library: CommandInProcess, folder: Path
) -> None:
    for name in ("raw/a.jpg", "only/a.jpg", "both/a.jpg"):
        write(folder / name, picture(name))
    write(folder / "raw" / "a.CR2", raw(1))
    write(folder / "both" / "a.jpeg", picture("second"))
    write(folder / "both" / "a.txt", b"notes")
    for place in ("raw", "only", "both"):
        write_sidecar(folder / place / "a.xmp", f"Stem {place}")
    add(library, "-r", folder)

    assert titles(library, folder / "raw" / "a.CR2") == {("Stem raw", "a.xmp")}
    assert titles(library, folder / "raw" / "a.jpg") == {("raw/a.jpg", "file")}
    assert titles(library, folder / "only" / "a.jpg") == {("Stem only", "a.xmp")}
    assert titled_so(library, "Stem both") == {"a.jpg", "a.jpeg"}
    assert titles(library, folder / "both" / "a.txt") == set()


def test_names_are_bytes_with_any_dots_and_in_any_case(library: CommandInProcess, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "strange")
    os.mkdir(folder)
    names = [b"caf\xe9.jpg", b"a.b.c.jpg", b"UP.JPG", b".jpg", b"no extension", b"%_'.jpg"]
    for number, name in enumerate(names):
        Path(os.fsdecode(os.path.join(folder, name))).write_bytes(picture(f"file {number}"))
    for number, name in enumerate(
        [b"caf\xe9.XmP", b"a.b.c.xmp", b"UP.JPG.XMP", b".xmp", b"no extension.xmp", b"%_'.xmp", b"a.b.xmp"]
    ):
        path = Path(os.fsdecode(os.path.join(folder, name)))
        path.write_bytes(samples.titled(f"sidecar {number}"))
    add(library, "-r", folder)

    counted = [{title for title, _ in titles(library, tmp_path / "strange" / os.fsdecode(n))} for n in names]
    assert counted == [
        {"sidecar 0"},
        {"sidecar 1"},
        {"sidecar 2"},
        {"file 3"},
        {"sidecar 4"},
        {"sidecar 5"},
    ]


@pytest.mark.parametrize("order", [("p.jpg", "p.xmp"), ("p.xmp", "p.jpg")])
def test_it_does_not_matter_which_came_first_nor_in_which_run(
    library: CommandInProcess, folder: Path, order: tuple[str, str]
) -> None:
    write(folder / "p.jpg", picture())
    write_sidecar(folder / "p.xmp", "Said")
    for name in order:
        assert library("add-asset", folder / name).exit_code == 0

    assert titles(library, folder / "p.jpg") == {("Said", "p.xmp")}


def test_an_edit_replaces_and_a_removal_takes_back_just_what_the_sidecar_said(
    library: CommandInProcess, folder: Path
) -> None:
    photo = write(folder / "p.jpg", picture())
    sidecar = write_sidecar(folder / "p.xmp", "First", 'xmp:Rating="2"')
    add(library, "-r", folder)
    ledger = outcomes(library, photo)

    sidecar.unlink()
    write_sidecar(sidecar, "Second one")
    add(library, "-r", folder)
    assert titles(library, photo) == {("Second one", "p.xmp")}
    assert "ImageRating" not in show(library, photo)["said_by_sidecars"]
    assert titled_so(library, "First") == set()

    sidecar.unlink()
    assert titles(library, photo) == {("Second one", "p.xmp")}  # Nobody has looked yet.
    assert library("scan").exit_code == 0
    assert titles(library, photo) == {("Embedded", "file")}
    assert titled_so(library, "Embedded") == {"p.jpg"}
    assert outcomes(library, photo) == ledger

    write_sidecar(sidecar, "First", 'xmp:Rating="2"')
    add(library, sidecar)
    assert titles(library, photo) == {("First", "p.xmp")}


def test_what_a_scan_finds_changed_counts_no_longer(library: CommandInProcess, folder: Path) -> None:
    photo = write(folder / "p.jpg", picture())
    sidecar = write_sidecar(folder / "p.xmp", "First")
    add(library, "-r", folder)
    sidecar.write_bytes(samples.titled("Other"))

    assert "holds other bytes" in library("scan").stdout
    assert titles(library, photo) == {("Embedded", "file")}


def test_the_same_bytes_beside_different_pictures_and_the_same_picture_with_different_sidecars(
    library: CommandInProcess, folder: Path
) -> None:
    for place, title in (("one", "Shared"), ("two", "Shared"), ("three", "Other"), ("four", None)):
        write(folder / place / "p.jpg", picture("A" if place != "two" else "B"))
        if title:
            write_sidecar(folder / place / "p.xmp", title)
    add(library, "-r", folder)

    said = show(library, folder / "one" / "p.jpg")["said_by_sidecars"]["ImageTitle"]
    assert {(fact["text"], fact["sidecar"]["path"]) for fact in said} == {
        ("Shared", str(folder / "one" / "p.xmp")),
        ("Other", str(folder / "three" / "p.xmp")),
    }
    assert titles(library, folder / "two" / "p.jpg") == {("Shared", "p.xmp")}

    (folder / "one" / "p.xmp").unlink()
    library("scan")
    assert titles(library, folder / "one" / "p.jpg") == {("Other", "p.xmp")}
    assert titles(library, folder / "two" / "p.jpg") == {("Shared", "p.xmp")}


def test_moved_together_they_stay_together(library: CommandInProcess, folder: Path) -> None:
    write(folder / "p.jpg", picture())
    write_sidecar(folder / "p.xmp", "Said")
    add(library, "-r", folder)
    folder.rename(folder.with_name("renamed"))
    library("scan")

    assert titles(library, folder.with_name("renamed") / "p.jpg") == {("Said", "p.xmp")}


def test_what_was_moved_into_the_store_keeps_what_was_said(library: CommandInProcess, folder: Path) -> None:
    write(folder / "p.jpg", picture())
    write_sidecar(folder / "p.xmp", "Said")
    moved = add(library, "-r", "--move", folder)

    assert list(folder.iterdir()) == []
    assert titles(library, f"{moved['p.jpg']['entity']}") == {("Said", "p.xmp")}
    write(folder / "p.jpg", picture("Next"))
    added = add(library, "-r", "--move", folder)  # As a camera's card is emptied again and again.
    assert titles(library, f"{added['p.jpg']['entity']}") == {("Next", "file")}
    assert titles(library, f"{moved['p.jpg']['entity']}") == {("Said", "p.xmp")}


def test_what_one_run_moved_and_the_next_one_found_beside_it_stay_together(
    library: CommandInProcess, folder: Path
) -> None:
    subjects = {"picture first": "p.jpg", "sidecar first": "p.jpg", "raw first": "p.cr2"}
    entities = {}
    for name, called in subjects.items():
        subject = write(folder / name / called, picture(name))
        sidecar = write_sidecar(folder / name / "p.xmp", f"Said of the {name}")
        first = sidecar if name == "sidecar first" else subject
        moved = add(library, "--move", first)
        if first == subject:
            entities[name] = moved[called]["entity"]
    entities["sidecar first"] = add(library, "-r", "--move", folder)["p.jpg"]["entity"]

    assert [path for path in folder.rglob("*") if path.is_file()] == []
    for name in subjects:
        assert titles(library, f"{entities[name]}") == {(f"Said of the {name}", "p.xmp")}


def test_what_came_after_the_picture_was_moved_says_nothing_of_it(
    library: CommandInProcess, folder: Path
) -> None:
    photo = write(folder / "p.jpg", picture())
    first = add(library, "--move", photo)["p.jpg"]["entity"]
    write_sidecar(folder / "p.xmp", "Said of the next")
    second = add(library, "-r", "--move", write(folder / "p.jpg", picture("Next")).parent)["p.jpg"]["entity"]

    assert titles(library, f"{first}") == {("Embedded", "file")}
    assert titles(library, f"{second}") == {("Said of the next", "p.xmp")}


def test_a_sidecar_that_was_left_behind_goes_with_the_picture_it_left_with(
    library: CommandInProcess, folder: Path
) -> None:
    photo = write(folder / "p.jpg", picture())
    write_sidecar(folder / "p.xmp", "Said of the next")
    first = add(library, "--move", photo)["p.jpg"]["entity"]
    write(photo, picture("Next"))
    second = add(library, "-r", "--move", folder)["p.jpg"]["entity"]

    assert titles(library, f"{first}") == {("Embedded", "file")}
    assert titles(library, f"{second}") == {("Said of the next", "p.xmp")}


def test_a_sidecar_that_was_deleted_says_nothing_of_the_picture_that_is_moved_later(
    library: CommandInProcess, folder: Path
) -> None:
    write(folder / "p.jpg", picture())
    sidecar = write_sidecar(folder / "p.xmp", "Deleted")
    photo = add(library, "-r", folder)["p.jpg"]["entity"]
    sidecar.unlink()
    library("scan")
    add(library, "-r", "--move", folder)

    assert titles(library, f"{photo}") == {("Embedded", "file")}


def test_what_vanished_in_one_scan_keeps_what_was_said_and_what_vanished_before_does_not(
    library: CommandInProcess, folder: Path
) -> None:
    entities = []
    for name in ("together", "apart"):
        write(folder / name / "p.jpg", picture(name))
        write_sidecar(folder / name / "p.xmp", f"Said {name}")
        entities.append(add(library, "-r", folder / name)["p.jpg"]["entity"])
    (folder / "apart" / "p.xmp").unlink()
    library("scan")
    shutil.rmtree(folder / "apart")
    shutil.rmtree(folder / "together")
    library("scan")

    assert titles(library, f"{entities[0]}") == {("Said together", "p.xmp")}
    assert titles(library, f"{entities[1]}") == {("apart", "file")}


def test_a_broken_sidecar_is_told_and_changes_nothing(library: CommandInProcess, folder: Path) -> None:
    write(folder / "p.jpg", picture())
    for name, data in samples.broken().items():
        write(folder / "broken" / name, data)
    write(folder / "p.xmp", samples.broken()["laughs.xmp"])
    added = library("add-asset", "-r", folder)

    assert added.exit_code == 0
    assert titles(library, folder / "p.jpg") == {("Embedded", "file")}
    failed = library("status", "--failed").stdout
    assert failed.count("image.read_sidecar") == len(samples.broken())
    assert "it has a document type, which XMP never has" in failed
    assert show(library, folder / "p.jpg")["sidecars"][0]["sidecar"]["path"] == str(folder / "p.xmp")


def test_an_added_extension_makes_rdf_a_sidecar(library: CommandInProcess, folder: Path) -> None:
    bare = samples.odd()["bare.xmp"]
    write(folder / "p.jpg", picture())
    assert add(library, write(folder / "p.rdf", bare))["p.rdf"]["status"] == "new"
    assert show(library, folder / "p.rdf")["media_type"] != "application/rdf+xml"
    add(library, "-r", folder, write(folder / "p.xmp", bare))

    assert titles(library, folder / "p.jpg") == {("S\u00e9e", "p.xmp")}


def test_on_a_disk_that_is_away_nothing_is_gone(library: CommandInProcess, folder: Path) -> None:
    photo = write(folder / "p.jpg", picture())
    entity = add(library, photo, write_sidecar(folder / "p.xmp", "Said"))["p.jpg"]["entity"]
    alter_roots(device="123abc")
    shutil.rmtree(folder)

    assert "offline" in library("scan").stdout
    assert titles(library, f"{entity}") == {("Said", "p.xmp")}


def test_films_have_sidecars_too(library: CommandInProcess, folder: Path) -> None:
    write(folder / "clip.bin", b"something of no kind")
    write_sidecar(folder / "clip.bin.xmp", "Whole", 'xmp:Rating="5"')
    add(library, "-r", folder)

    assert titles(library, folder / "clip.bin") == {("Whole", "clip.bin.xmp")}
    assert titled_so(library, "Whole") == {"clip.bin"}
