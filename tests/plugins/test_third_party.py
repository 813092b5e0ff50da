"""A package of somebody else's, with a kind, a system, tables and migrations of its own."""

import pytest

from tests.command_line import CommandProcess
from tests.migrations.schemas import rows_of, schema_of
from tests.plugins.ledgers import pending, runs_by_system
from tests.plugins.packages import Packages, install_sheets

RECOGNISE, COUNT = "kind.recognise", "dam_sheets.count_lines"


@pytest.fixture
def with_sheets(packages: Packages, dam_with_plugins: CommandProcess) -> CommandProcess:
    """A library with the plugin, its tables, and one sheet added."""
    install_sheets(packages)
    done = dam_with_plugins("setup-db")
    assert (done.exit_code, done.stderr) == (0, "")
    added = dam_with_plugins("add-asset", "sheet1", "plain")
    assert (added.exit_code, "new" in added.stdout) == (0, True), added.stderr
    return dam_with_plugins


def test_setup_db_makes_its_tables_beside_dams(with_sheets: CommandProcess, database_url: str) -> None:
    rows = rows_of(database_url)
    assert rows["dam_sheets_version"] == [("s1",)]
    assert len(rows["alembic_version"]) == 1
    assert {"sheets_sheet", "sheets_lines"} <= rows.keys()
    again = with_sheets("setup-db", "--json")
    assert again.json[0]["changed"] is False


def test_a_plugin_whose_tables_are_not_there_yet_is_told_from_a_broken_library(
    packages: Packages, dam_with_plugins: CommandProcess
) -> None:
    assert dam_with_plugins("setup-db").exit_code == 0
    install_sheets(packages)
    refused = dam_with_plugins("status")
    assert refused.exit_code == 8
    assert "plugin dam_sheets is at nothing, not s1" in refused.stderr
    assert "dam-cli setup-db" in refused.stderr
    assert dam_with_plugins("setup-db").exit_code == 0
    assert dam_with_plugins("status").exit_code == 0


def test_adding_recognises_its_kind_and_runs_its_system(
    with_sheets: CommandProcess, database_url: str
) -> None:
    assert pending(with_sheets) == {}
    rows = rows_of(database_url)
    assert [kind for _, kind in rows["sheets_sheet"]] == ["text/sheet"]
    assert [lines for _, lines in rows["sheets_lines"]] == [1]
    shown = with_sheets("show", "./sheet1", "--json").json[0]
    assert [made["lines"] for made in shown["components"]["SheetLines"]] == [1]
    assert with_sheets("query", "--has", "SheetLines", "--json").exit_code == 0


def test_without_it_everything_else_works_and_its_tables_are_left_alone(
    packages: Packages, with_sheets: CommandProcess, database_url: str
) -> None:
    schema, rows = schema_of(database_url), rows_of(database_url)
    packages.uninstall("dam_sheets")
    for command in (["setup-db"], ["add-asset", "sheet2"], ["run"], ["status"], ["show", "./sheet1"]):
        result = with_sheets(*command)
        assert result.exit_code == 0, (command, result.stderr)
        assert "WARNING" not in result.stderr
    assert with_sheets("query", "--has", "SheetLines").exit_code == 2
    assert schema_of(database_url) == schema
    after = rows_of(database_url)
    for table in ("sheets_sheet", "sheets_lines", "dam_sheets_version", "alembic_version"):
        assert after[table] == rows[table]


def test_when_it_comes_back_exactly_the_facts_of_its_absence_are_missing(
    packages: Packages, with_sheets: CommandProcess, database_url: str
) -> None:
    before = runs_by_system(database_url)
    packages.uninstall("dam_sheets")
    assert with_sheets("add-asset", "sheet2", "sheet3").exit_code == 0
    assert with_sheets("run").exit_code == 0
    packages.reinstall("dam_sheets")
    assert with_sheets("setup-db").exit_code == 0
    assert pending(with_sheets) == {RECOGNISE: 4}, "whatever came in may be a sheet"
    assert with_sheets("run").exit_code == 0
    assert pending(with_sheets) == {}
    after = runs_by_system(database_url)
    assert after[COUNT] > before[COUNT]
    assert len(after[COUNT]) == 3
    assert sorted(lines for _, lines in rows_of(database_url)["sheets_lines"]) == [1, 2, 3]


def test_what_it_had_made_is_not_made_again(
    packages: Packages, with_sheets: CommandProcess, database_url: str
) -> None:
    packages.uninstall("dam_sheets")
    assert with_sheets("run").exit_code == 0
    packages.reinstall("dam_sheets")
    done = with_sheets("run", "--json")
    assert done.exit_code == 0
    assert {run["system"] for result in done.json for run in result["runs"]} == {RECOGNISE}
    assert [lines for _, lines in rows_of(database_url)["sheets_lines"]] == [1]
