"""`dam-cli find-duplicates`: the same recording, film and text in other encodings, but no parts of them."""

from pathlib import Path
from typing import Any

import pytest

from dam.commands.progress import in_words
from dam.models.audio.samples import encoded as sound
from dam.models.audio.samples import tune
from dam.models.document.samples import txt
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import answer, groups, name_of
from tests.commands.facts import add, everything, write
from tests.commands.media_families import FILMS, RECORDINGS, TEXTS, documents, media, prose
from tests.commands.rows import execute
from tests.duplicates.outline import read

ALL = {"same recording": RECORDINGS, "same film": FILMS, "same text": TEXTS}
BEST = {"same recording": "piece.flac", "same film": "film.mp4", "same text": "essay.docx"}
SAME = ["--class", "recording", "film", "text"]


@pytest.fixture
def shelf(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """The command line on a library with recordings, films and documents, each in several encodings."""
    add(library, "-r", media(tmp_path / "media"))
    return library


def by_class(library: CommandInProcess, *arguments: str | Path) -> dict[str, dict[str, Any]]:
    found, _, _ = answer(library, *arguments)
    assert len({group["class"] for group in found}) == len(found)
    return {group["class"]: group for group in found}


def test_what_is_the_same_in_another_encoding_is_a_group_and_parts_are_in_none(
    shelf: CommandInProcess,
) -> None:
    found = groups(shelf)
    assert {likeness: set(names) for likeness, names in found} == ALL
    assert {likeness: names[0] for likeness, names in found} == BEST
    assert len(found) == len(ALL)


def test_json_says_how_far_each_is_from_the_best_one(shelf: CommandInProcess, tmp_path: Path) -> None:
    found, summary, _ = answer(shelf)
    measured = {
        group["class"]: {name_of(one): one["distances"] for one in group["members"]} for group in found
    }
    assert all(0 <= one["bit_errors"] < 15 for one in measured["same recording"].values())
    assert measured["same recording"]["piece.wav"] == {"bit_errors": 0}
    assert all(one["matched"] > 90 and one["distance"] < 40 for one in measured["same film"].values())
    assert all(one["shared"] > 90 and one["resemblance"] > 90 for one in measured["same text"].values())
    for group in found:
        assert group["centre"] in {one["entity"] for one in (group["best"], *group["members"])}
        assert not any("from_centre" in one or "orientation" in one for one in group["members"])
    saved = {name for names in ALL.values() for name in names} - set(BEST.values())
    assert summary["saved"] == sum((tmp_path / "media" / name).stat().st_size for name in saved)
    # Silence says nothing, so it is not compared.
    assert summary["media"] == [
        {"class": "same film", "compared": 5, "uncompared": 0},
        {"class": "same recording", "compared": 6, "uncompared": 0},
        {"class": "same text", "compared": 6, "uncompared": 0},
    ]


def test_people_read_the_best_and_how_far_the_others_are_from_it(shelf: CommandInProcess) -> None:
    found = shelf("find-duplicates")
    heads = [line for line in found.stdout.splitlines() if not line.startswith(" ")]
    assert heads == ["same film: 3 files", "same recording: 4 files", "same text: 4 files"]
    lines = {line.rpartition("/")[2] for line in found.stdout.splitlines() if line.startswith(" ")}
    assert {"film.mp4  best", "piece.flac  best", "essay.docx  best"} <= lines
    assert "piece.wav  bit_errors 0" in lines
    assert "essay.txt  shared 100  resemblance 100" in lines
    assert found.stderr.splitlines()[:3] == ["compared 5 films", "compared 6 recordings", "compared 6 texts"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--kind", "audio"], {"same recording"}),
        (["--kind", "audio", "video"], {"same recording", "same film"}),
        (["--kind", "Document", "--kind", "image"], {"same text"}),
        (["--kind", "image"], set()),
        (["--class", "recording", "text"], {"same recording", "same text"}),
        (["--class", "near", "pixel", "byte"], set()),
        (["--kind", "video", "--class", "text"], set()),
        (["--has", "Audio"], {"same recording"}),
        (["--where", "VideoProperties.width=96"], {"same film"}),
        (["--new-since", "1d"], set(ALL)),
        (["--new-since", "2999-01-01"], set()),
    ],
)
def test_only_the_kinds_classes_and_assets_that_are_asked_for_are_answered(
    shelf: CommandInProcess, options: list[str], expected: set[str]
) -> None:
    assert set(by_class(shelf, *options)) == expected


def test_a_kind_limits_what_is_byte_identical(library: CommandInProcess, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        add(library, write(tmp_path / name, documents()["other.txt"]))
    for name in ("a", "b"):
        add(library, write(tmp_path / name, bytes(range(256))))
    assert len(groups(library)) == 2
    assert groups(library, "--kind", "document") == [("byte-identical", ["a.txt", "b.txt"])]
    assert groups(library, "--kind", "audio") == []


def test_an_unknown_kind_is_a_usage_error_that_names_those_there_are(library: CommandInProcess) -> None:
    refused = library("find-duplicates", "--kind", "music")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "unknown kind: music\nhint: there are: archive, audio, document, image" in refused.stderr
    refused = library("find-duplicates", "--class", "music")
    assert "unknown class: music\nhint: there are: byte, pixel, near, film, recording, text" in refused.stderr


def test_what_was_decided_is_not_proposed_until_that_is_taken_back(shelf: CommandInProcess) -> None:
    before = groups(shelf)
    found = shelf("find-duplicates", "--json").stdout
    related = shelf("relate", "duplicate-of", "--from-file", "-", "--json", stdin=found)
    assert related.exit_code == 0, related.stderr
    assert {one["class"] for one in related.json} == set(ALL)
    kept = {one["class"]: one["distances"] for one in related.json}
    assert all("bit_errors" in distances for distances in kept["same recording"].values())
    assert groups(shelf) == []
    listed = shelf("relations").stdout
    assert "bit_errors 0" in listed
    assert shelf("unrelate", "--id", *(str(one["relation"]) for one in related.json)).exit_code == 0
    assert groups(shelf) == before


def test_a_pair_that_was_told_apart_is_in_no_group_together(shelf: CommandInProcess, tmp_path: Path) -> None:
    apart = [tmp_path / "media" / name for name in ("piece.flac", "piece.opus")]
    assert shelf("relate", "not-a-duplicate", *apart).exit_code == 0
    (group,) = groups(shelf, "--kind", "audio")
    assert len(set(group[1]) & {"piece.flac", "piece.opus"}) == 1


def test_strictness_is_of_every_kind(library: CommandInProcess, tmp_path: Path) -> None:
    words = " ".join(prose(1, 600)).split()
    for share in (0, 100, 40, 12):
        changed = list(words)
        if share:
            changed[::share] = ["altered"] * len(changed[::share])
        add(library, write(tmp_path / f"{share}.txt", txt((" ".join(changed),))))
    found = {
        preset: {name for _, names in groups(library, *preset) for name in names}
        for preset in ((), ("--tight",), ("--loose",))
    }
    assert found == {
        ("--tight",): {"0.txt", "100.txt"},
        (): {"0.txt", "100.txt", "40.txt"},
        ("--loose",): {"0.txt", "100.txt", "40.txt", "12.txt"},
    }


def test_files_with_the_very_same_sound_and_other_tags_are_the_same(
    library: CommandInProcess, tmp_path: Path
) -> None:
    for number in range(5):
        tagged = sound(tune(1, 12.0), tags={"title": f"Title {number}"})
        add(library, write(tmp_path / f"{number}.mp3", tagged))
    (group,) = groups(library)
    assert (group[0], set(group[1])) == ("same recording", {f"{number}.mp3" for number in range(5)})


def test_what_lacks_a_fingerprint_is_told(shelf: CommandInProcess) -> None:
    execute("DELETE FROM ledger WHERE system_id = (SELECT id FROM system WHERE name = 'audio.fingerprint')")
    found = shelf("find-duplicates", "--kind", "audio")
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr.splitlines()[0] == (
        "8 recordings have no current fingerprint yet and were not compared: see dam-cli status"
    )


def test_a_report_shows_what_has_no_picture(shelf: CommandInProcess, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    told = shelf("find-duplicates", "--report", page)
    assert told.exit_code == 0, told.stderr
    outline = read(page)
    rows = outline.texts["td"]
    assert [rows[start] for start in range(0, len(rows), 3)] == ["0", "0", "0", "1", "1", "1"]
    (best,) = [text for text in outline.texts["picture best"] if "piece.flac" in text]
    assert "★ Best by lossless first, then bit rate, metadata and age" in best
    assert "flac, 22.05 kHz" in best
    assert "20.0 s" in best
    assert "No preview" in best
    assert any("Beside the best: bit errors 0" in text for text in outline.texts["picture"])
    assert "dimensions unknown" not in page.read_text()
    saved = sum(int(group.partition(" ")[0]) for group in outline.texts["quiet"] if group.endswith(" files"))
    assert saved == sum(map(len, ALL.values()))
    assert told.stderr.splitlines()[-1] == f"3 shown in {page}"


def test_finding_them_changes_nothing(shelf: CommandInProcess) -> None:
    before = everything()
    _, summary, result = answer(shelf)
    assert everything() == before
    assert f"{in_words(summary['saved'])} could be saved" in result.stderr
