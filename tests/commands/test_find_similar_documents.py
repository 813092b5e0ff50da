"""`dam-cli find-similar-documents`: the same text in another format, and the book of a chapter."""

import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dam.models.document.samples import compound, docx, eml, epub, html, markdown, odt, pdf, pptx, rtf, txt
from tests.command_line import CommandInProcess
from tests.commands.facts import add, everything, paths_of, sha256, write


def prose(seed: int, words: int) -> tuple[str, ...]:
    """Return paragraphs of words that no other seed puts like that."""
    chosen = random.Random(seed)
    vocabulary = [
        f"{a}{b}{c}" for a in "blmnprst" for b in "aeiou" for c in ("da", "go", "ni", "ru", "s", "t")
    ]
    told = [chosen.choice(vocabulary) for _ in range(words)]
    return tuple(" ".join(told[start : start + 60]) for start in range(0, words, 60))


ESSAY = prose(1, 900)
CHAPTERS = tuple(" ".join(prose(10 + number, 2500)) for number in range(12))
FORMATS: dict[str, Callable[[tuple[str, ...]], bytes]] = {
    "essay.pdf": pdf,
    "essay.docx": docx,
    "essay.odt": odt,
    "essay.epub": epub,
    "essay.html": html,
    "essay.eml": eml,
    "essay.rtf": rtf,
    "essay.txt": txt,
    "essay.md": markdown,
    "essay.pptx": pptx,
}


@cache
def documents() -> dict[str, bytes]:
    return {
        **{name: make(ESSAY) for name, make in FORMATS.items()},
        "book.epub": epub(CHAPTERS),
        "chapter.docx": docx((CHAPTERS[4],)),
        "other.txt": txt(prose(2, 900)),
        "short.txt": b"too short to tell\n",
        "old.doc": compound("WordDocument"),
    }


@pytest.fixture
def shelf(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """The command line on a library with one essay in ten formats, a book, and a chapter of it."""
    for name, data in documents().items():
        write(tmp_path / "shelf" / name, data)
    add(library, "-r", tmp_path / "shelf")
    return library


def names(answers: list[dict[str, Any]]) -> set[str]:
    return {os.path.basename(path) for answer in answers for path in paths_of(answer)}


def test_the_same_text_is_found_in_every_format_from_every_format(
    shelf: CommandInProcess, tmp_path: Path
) -> None:
    for name in FORMATS:
        found = shelf("find-similar-documents", "--json", tmp_path / "shelf" / name).json
        assert names(found) == set(FORMATS) - {name}
        assert {answer["relation"] for answer in found} == {"same"}
        assert all(answer["shared"] >= 80 for answer in found)


def test_a_chapter_and_its_book_find_each_other(shelf: CommandInProcess, tmp_path: Path) -> None:
    (book,) = shelf("find-similar-documents", "--json", tmp_path / "shelf" / "chapter.docx").json
    assert (names([book]), book["relation"]) == ({"book.epub"}, "part")
    assert book["shared"] >= 90
    (chapter,) = shelf("find-similar-documents", "--json", tmp_path / "shelf" / "book.epub").json
    assert (names([chapter]), chapter["relation"]) == ({"chapter.docx"}, "whole")


def test_an_edited_text_that_the_library_does_not_have_is_found(
    shelf: CommandInProcess, tmp_path: Path
) -> None:
    words = " ".join(ESSAY).split()
    words[::40] = ["changed"] * len(words[::40])
    asked = write(tmp_path / "edited.txt", " ".join(words).encode())
    found = shelf("find-similar-documents", asked)
    assert found.exit_code == 0
    assert len(found.stdout.splitlines()) == len(FORMATS)
    assert all(line.startswith("same ") for line in found.stdout.splitlines())
    narrow = shelf("find-similar-documents", asked, "--shared", "99")
    assert (narrow.exit_code, narrow.stdout) == (1, "")
    assert "nothing similar found" in narrow.stderr


def test_a_limit_is_told_and_the_very_same_content_is_not_listed(
    shelf: CommandInProcess, tmp_path: Path
) -> None:
    copy = write(tmp_path / "copy", documents()["essay.txt"])
    found = shelf("find-similar-documents", sha256(copy.read_bytes()), "--limit", "2")
    assert len(found.stdout.splitlines()) == 2
    assert "7 more beyond the limit" in found.stderr
    assert "essay.txt" not in shelf("find-similar-documents", copy.rename(tmp_path / "copy.txt")).stdout


def test_an_entity_is_asked_for_by_its_number_and_its_bytes_are_not_read(
    shelf: CommandInProcess, tmp_path: Path
) -> None:
    (essay,) = shelf("find-file-by-hash", sha256(documents()["essay.rtf"]), "--json").json
    before = shelf("find-similar-documents", "--json", str(essay["entity"])).json
    for file in [path for path in tmp_path.rglob("*") if "objects" in path.parts and path.is_file()]:
        file.unlink()
    assert shelf("find-similar-documents", "--json", str(essay["entity"])).json == before
    assert len(before) == len(FORMATS) - 1


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("picture.gif", b"GIF89a\1\0\1\0", "not a document"),
        ("short.txt", b"too short to tell\n", "no text in it, or too little"),
        ("old.doc", compound("WordDocument"), "no text in it, or too little"),
        ("half.docx", docx()[:900], "damaged: not a whole ZIP file"),
    ],
)
def test_what_cannot_be_asked_for_is_an_error_that_says_why(
    name: str, data: bytes, reason: str, library: CommandInProcess, tmp_path: Path
) -> None:
    asked = write(tmp_path / name, data)
    found = library("find-similar-documents", asked)
    assert (found.exit_code, found.stdout) == (2, "")
    assert f"cannot compare: {asked}: {reason}" in found.stderr
    add(library, asked)
    known = library("find-similar-documents", sha256(data))
    assert known.exit_code == 2
    assert f"cannot compare: entity 1: {reason}" in known.stderr


def test_asking_writes_nothing(shelf: CommandInProcess, tmp_path: Path) -> None:
    before = everything()
    assert shelf("find-similar-documents", tmp_path / "shelf" / "essay.pdf").exit_code == 0
    assert everything() == before


def test_show_counts_what_is_there_for_searching_alone(shelf: CommandInProcess, tmp_path: Path) -> None:
    shown = shelf("show", tmp_path / "shelf" / "essay.pdf").stdout
    assert "  DocumentProperties  pages=" in shown
    assert "  DocumentText  (1 of them)" in shown
    assert "  DocumentBand  (32 of them)" in shown
    assert shelf("get", "--preview", "-o", tmp_path / "page.jpg", _number(shelf, tmp_path)).exit_code == 0
    assert (tmp_path / "page.jpg").read_bytes().startswith(b"\xff\xd8\xff")


def _number(shelf: CommandInProcess, tmp_path: Path) -> str:
    (found,) = shelf("find-file-by-hash", "--json", "--file", tmp_path / "shelf" / "essay.pdf").json
    return str(found["entity"])
