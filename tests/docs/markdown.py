"""The documents as the tests see them: headings, fenced blocks, tables and links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
README = CHECKOUT / "README.md"
GUIDE = CHECKOUT / "doc" / "developer_guide.md"

_FENCE = re.compile(r"^```(\w*) *(.*)$")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its attributes such as title="...", its text and where it starts."""

    language: str
    text: str
    line: int
    section: str
    attributes: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.section}, line {self.line}"


@cache
def blocks(document: Path) -> tuple[Block, ...]:
    """Return the fenced blocks of a document, in order."""
    found: list[Block] = []
    section = ""
    opened: re.Match[str] | None = None
    start, inside = 0, list[str]()
    for number, line in enumerate(document.read_text().splitlines(), 1):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened, start, inside = fence, number, []
        elif opened is not None and line == "```":
            attributes = dict(_ATTRIBUTE.findall(opened[2]))
            text = "".join(f"{one}\n" for one in inside)
            found.append(Block(opened[1], text, start, section, attributes))
            opened = None
        elif opened is not None:
            inside.append(line)
        elif line.startswith("#"):
            section = line.lstrip("# ")
    assert opened is None, f"{document.name}: the block at line {start} does not end"
    return tuple(found)


def section_blocks(document: Path, section: str) -> list[Block]:
    """Return the blocks below one heading, up to the next."""
    found = [block for block in blocks(document) if block.section == section]
    assert found, f"{document.name} has no blocks under the heading {section!r}"
    return found


def prose(document: Path) -> str:
    """Return a document without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)


def table(document: Path, first_heading: str) -> dict[str, list[str]]:
    """Return the table whose first column has this heading: the other cells of a row by its first."""
    lines = iter(document.read_text().splitlines())
    for line in lines:
        if line.startswith(f"| {first_heading} "):
            next(lines)
            break
    else:
        raise AssertionError(f"{document.name} has no table that starts with {first_heading!r}")
    rows: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith("|"):
            break
        first, *others = (cell.strip() for cell in line.strip("|").split(" | "))
        rows[first.strip().strip("`")] = others
    return rows


def links(document: Path) -> Iterator[str]:
    """Yield the targets of a document's links."""
    for match in _LINK.finditer(prose(document)):
        yield match[1]


def anchors(document: Path) -> set[str]:
    """Return what `#...` may name in a document: its headings as GitHub spells them."""
    headings = re.findall(r"^#+ (.+)$", prose(document), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
