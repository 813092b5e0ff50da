"""`dam-cli status`: what is there, what is pending, and what failed and why."""

import os
from pathlib import Path

from dam.library import Library
from dam.models.image.dimensions_component import DimensionsComponent
from tests.command_line import CommandInProcess
from tests.commands.facts import add, paths_of, show, system_counts, write

SYSTEMS = {
    "kind.recognise",
    "archive.expand",
    "audio.choose_landmarks",
    "audio.fingerprint",
    "audio.make_cover",
    "audio.read_album",
    "audio.read_other_tags",
    "audio.read_properties",
    "audio.read_recording",
    "image.find_colours",
    "document.count_words",
    "document.draw_first_page",
    "document.extract_text",
    "document.fingerprint",
    "document.hash_bands",
    "document.list_keywords",
    "document.list_words",
    "document.read_properties",
    "document.sample_shingles",
    "image.measure",
    "image.hash_perceptually",
    "image.hash_pdq",
    "image.hash_pixels",
    "image.keep_metadata",
    "image.make_preview",
    "image.read_capture",
    "image.read_description",
    "image.read_sidecar",
    "video.choose_landmarks",
    "video.fingerprint",
    "video.list_audio_tracks",
    "video.list_chapters",
    "video.list_subtitles",
    "video.listen",
    "video.make_contact_sheet",
    "video.read_creation_time",
    "video.read_position",
    "video.read_properties",
    "video.read_tags",
}


def test_an_empty_library_has_nothing_of_everything(library: CommandInProcess) -> None:
    (counts,) = library("status", "--json").json
    assert [counts[name] for name in ("entities", "locations", "bytes", "stored", "stored_bytes")] == [0] * 5
    assert {system["system"] for system in counts["systems"]} == SYSTEMS
    assert library("status", "--failed").stdout == ""
    assert library("status", "--failed").exit_code == 0


def test_entities_places_and_bytes_are_counted(filled: CommandInProcess, media: Path, tmp_path: Path) -> None:
    add(filled, write(tmp_path / "copy.jpg", (media / "lake.jpg").read_bytes()))
    add(filled, "--no-copy", write(tmp_path / "in-place", b"12345"))
    size = sum(file.stat().st_size for file in media.iterdir())
    (counts,) = filled("status", "--json").json
    assert (counts["entities"], counts["locations"], counts["stored"]) == (5, 6, 4)
    assert (counts["bytes"], counts["stored_bytes"]) == (size + 5, size)
    people = filled("status").stdout
    assert [line.split()[-1] for line in people.splitlines()[:5]] == ["5", "6", str(size + 5), "4", str(size)]


def test_every_system_tells_how_it_stands(filled: CommandInProcess, media: Path) -> None:
    add(filled, write(media / "half.png", (media / "hill.png").read_bytes()[:2000]))
    with Library.open() as library, library.world() as world:
        world.remove(show(filled, media / "lake.jpg")["entity"], DimensionsComponent)
    counts = system_counts(filled)
    assert {name: counts["image.hash_pdq"][name] for name in ("pending", "done", "nothing", "failed")} == {
        "pending": 0,
        "done": 3,
        "nothing": 0,
        "failed": 1,
    }
    assert counts["kind.recognise"]["done"] == 5  # The text is a document.
    assert (counts["image.measure"]["pending"], counts["image.measure"]["done"]) == (1, 3)
    row = next(line for line in filled("status").stdout.splitlines() if line.startswith("image.measure"))
    assert row.split()[1:] == ["1", "3", "0", "0", "0"]


def test_only_systems_with_something_to_tell_are_listed_by_kind(
    filled: CommandInProcess, media: Path
) -> None:
    counts = system_counts(filled)
    telling = {
        name
        for name, count in counts.items()
        if any(count[column] for column in ("pending", "done", "nothing", "failed", "unavailable"))
    }
    *_, last = lines = filled("status").stdout.splitlines()
    names = [line.split()[0] for line in lines[6:-1]]
    assert set(names) == telling
    assert {name.partition(".")[0] for name in names} == {"kind", "document", "image"}
    assert names[0] == "kind.recognise"
    kinds = [name.partition(".")[0] for name in names[1:]]
    assert kinds == sorted(kinds)
    silent = len(SYSTEMS) - len(telling)
    assert last == f"{silent} other systems have run on nothing, and nothing to do: -v shows all"


def test_all_systems_are_listed_where_that_is_wanted(library: CommandInProcess) -> None:
    assert len(library("status").stdout.splitlines()) == 5 + 1 + 1
    for option in ("-v", "--verbose"):
        lines = library("status", option).stdout.splitlines()
        assert {line.split()[0] for line in lines[6:]} == SYSTEMS
        assert all(line.split()[1:] == ["0"] * 5 for line in lines[6:])


def test_failures_are_listed_with_their_files_and_reasons(filled: CommandInProcess, media: Path) -> None:
    half = write(media / "half.png", (media / "hill.png").read_bytes()[:2000])
    add(filled, half)
    failures = filled("status", "--failed", "--json").json
    assert {failure["system"] for failure in failures} == {
        "image.find_colours",
        "image.hash_pdq",
        "image.hash_perceptually",
        "image.make_preview",
    }
    for failure in failures:
        assert paths_of(failure) == {str(half)}
        assert "truncated" in failure["error"]
    people = filled("status", "--failed").stdout
    assert "image.hash_pdq: truncated" in people
    assert os.fspath(half) in people
