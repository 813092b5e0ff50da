"""What a report on duplicates says, read as a parser of HTML reads it."""

import os
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from dam.duplicates.group import Group
from dam.duplicates.report import duplicates_report
from tests.duplicates.invented_groups import InventedLibrary

TIMES, DASH = "\N{MULTIPLICATION SIGN}", "\N{EN DASH}"


class Outline(HTMLParser):
    """The texts of a page by the class of what they stand in, and what has not been closed at its end."""

    VOID = frozenset({"meta", "link", "img", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            name = dict(attrs).get("class") or tag
            self.open.append((tag, name))
            self.texts.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, name in self.open:
            self.texts[name][-1] += data


def write(path: Path, library: InventedLibrary, groups: Iterable[Group], limit: int = 500) -> Outline:
    with duplicates_report(os.fsencode(path), library.looks.__getitem__, limit=limit) as report:
        for group in groups:
            report.add(group, library.assets_of(group))
    return read(path)


def read(path: Path) -> Outline:
    outline = Outline(path.read_text(encoding="utf-8"))
    assert outline.open == []
    return outline


def table(outline: Outline) -> list[str]:
    """Return the rows of figures: groups, files, and what could be saved."""
    cells = outline.texts["td"]
    return [" | ".join(cells[start : start + 3]) for start in (0, 3, 6)]
