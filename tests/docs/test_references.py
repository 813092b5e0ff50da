"""What the documents point to is there: files, headings, and every module of the package."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import CHECKOUT, GUIDE, README, anchors, links, prose, table

DOCUMENTS = [README, CHECKOUT / "CHANGELOG.md", *sorted((CHECKOUT / "doc").rglob("*.md"))]
NOT_NOTABLE = {"__init__.py", "__pycache__", "py.typed"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in links(document):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_what_the_code_map_names_exists() -> None:
    for name in table(GUIDE, "Path"):
        target = CHECKOUT / name
        assert target.is_dir() if name.endswith("/") else target.is_file(), name


def test_every_folder_and_top_level_module_is_in_the_code_map() -> None:
    listed = {name.rstrip("/") for name in table(GUIDE, "Path")}
    there = {entry for entry in (CHECKOUT / "dam").iterdir() if entry.name not in NOT_NOTABLE}
    kinds = {entry.parent for entry in (CHECKOUT / "dam" / "models").glob("*/__init__.py")}
    assert {str(entry.relative_to(CHECKOUT)) for entry in there | kinds} <= listed


@pytest.mark.parametrize("layer", ["core", "ingest", "scan"])
def test_every_module_where_much_happens_is_in_the_code_map(layer: str) -> None:
    modules = {path for path in (CHECKOUT / "dam" / layer).glob("*.py") if path.name not in NOT_NOTABLE}
    there = {str(path.relative_to(CHECKOUT)) for path in modules}
    mentioned = set(re.findall(r"`(dam/[\w/.]+)`", GUIDE.read_text()))
    assert there
    assert there - mentioned == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_file_of_the_package_that_is_mentioned_exists(document: Path) -> None:
    for name in re.findall(r"`((?:dam|tests|demo|benchmarks)/[\w/.]+)`", prose(document)):
        assert (CHECKOUT / name).exists(), name


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (CHECKOUT / "doc" / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        text = (CHECKOUT / "doc" / "decisions" / name).read_text()
        assert text.startswith(f"# {name[:4]}: ")
        assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Choice", "Consequences"]
