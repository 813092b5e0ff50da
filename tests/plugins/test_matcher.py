"""A media kind whose duplicates are found by one module in its own package, with nothing else edited."""

import pytest

from tests.command_line import CommandProcess
from tests.plugins.packages import Packages, install_sheets

MATCHER = '''
"""Sheets with as many lines."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from dam.core.matcher import Compared, Match, Matcher, Measures, Quality
from dam_sheets.models import SheetComponent
from dam_sheets.models.lines_component import SheetLinesComponent, count_lines


class SameSheet(Matcher):
    """Sheets by their number of lines; those with one more are nearly the same."""

    kind = SheetComponent
    name = "sheet"
    likeness = "same sheet"
    meaning = "other files with as many lines"
    preference = "lines"
    system = count_lines

    def _lines(self, session):
        table = SheetLinesComponent
        return dict(session.execute(select(table.entity_id, table.lines).order_by(table.entity_id)).all())

    def prints(self, session) -> Iterator[tuple[int, bytes]]:
        for entity, lines in self._lines(session).items():
            yield entity, b"%d" % lines

    def matches(self, session, compared: Compared) -> Iterator[Match]:
        lines = self._lines(session)
        done = compared.expect(len(compared.entities))
        for one, entity in enumerate(compared.entities):
            for other, another in enumerate(compared.entities):
                if lines[entity] + 1 == lines[another]:
                    yield Match(one, other, 1)
            done(1)

    def measure(self, session, entity: int, others: Sequence[int]) -> dict[int, Measures]:
        lines = self._lines(session)
        return {other: {"lines_apart": abs(lines[other] - lines[entity])} for other in others}

    def qualities(self, session, entities: Sequence[int]) -> dict[int, Quality]:
        return {entity: (lines,) for entity, lines in self._lines(session).items()}

    def facts(self, session, entity: int) -> str:
        return f"{self._lines(session)[entity]} lines"


MATCHER = SameSheet()
'''


@pytest.fixture
def with_sheets(packages: Packages, dam_with_plugins: CommandProcess) -> CommandProcess:
    """A library with the plugin and four sheets, of which three are the same or nearly so."""
    install_sheets(packages)
    (packages.folder / "dam_sheets" / "models" / "sheet_matcher.py").write_text(MATCHER)
    for name, lines in {"two": 2, "two-more": 2, "three": 3, "nine": 9}.items():
        (packages.folder / name).write_text("SHEET\n" + "\n".join([name, *[""] * (lines - 1)]))
    assert dam_with_plugins("setup-db").exit_code == 0
    paths = [packages.folder / name for name in ("two", "two-more", "three", "nine")]
    assert dam_with_plugins("add-asset", *paths).exit_code == 0
    return dam_with_plugins


def test_its_groups_are_found_told_chosen_and_judged_as_those_of_any_kind(
    with_sheets: CommandProcess, packages: Packages
) -> None:
    found = with_sheets("find-duplicates", "--kind", "sheets_sheet")
    assert found.exit_code == 0, found.stderr
    assert [line.rpartition("/")[2] for line in found.stdout.splitlines()] == [
        "same sheet: 3 files",
        "three  best",
        "two  lines_apart 1",
        "two-more  lines_apart 1",
    ]
    assert "compared 4 sheets" in found.stderr
    (group, last) = with_sheets("find-duplicates", "--class", "sheet", "--json").json
    assert (group["class"], len(group["members"])) == ("same sheet", 2)
    assert last["summary"]["media"] == [{"class": "same sheet", "compared": 4, "uncompared": 0}]
    page = packages.folder / "out.html"
    assert with_sheets("find-duplicates", "--report", page).exit_code == 0
    assert "3 lines" in page.read_text()
    paths = [packages.folder / name for name in ("three", "two", "two-more")]
    assert with_sheets("relate", "duplicate-of", *paths).exit_code == 0
    assert with_sheets("find-duplicates", "--class", "sheet").exit_code == 1
