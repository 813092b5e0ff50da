"""A plugin with whatever is wrong with it is a warning, and everything else works."""

import pytest

from tests.command_line import CommandProcess
from tests.plugins.packages import ENTRY, KIND, Packages, install_sheets

NO_TABLES = ENTRY.format(package="dam_broken", migrations=None, head=None)
SAME_PRODUCT = """
from dam.core.content import Content
from dam.core.system import system
from dam.models.image.dimensions_component import DimensionsComponent

@system(version=1)
def guess(content: Content) -> DimensionsComponent:
    return DimensionsComponent(width=1, height=1)
"""
BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "missing library": ({"__init__.py": "import no_such_library"}, "No module named 'no_such_library'"),
    "syntax error": ({"__init__.py": "def ("}, "SyntaxError"),
    "no such object": ({"__init__.py": ""}, "AttributeError"),
    "wrong object": ({"__init__.py": "plugin = 'dam_broken.models'"}, "is no dam.plugins.Plugin"),
    "no models": ({"__init__.py": NO_TABLES}, "No module named 'dam_broken.models'"),
    "broken models": ({"__init__.py": NO_TABLES, "models.py": "1 / 0"}, "ZeroDivisionError"),
    "duplicate product": (
        {"__init__.py": NO_TABLES, "models.py": SAME_PRODUCT},
        "DimensionsComponent is made by",
    ),
    "taken table": (
        {"__init__.py": NO_TABLES, "models.py": KIND.replace("sheets_sheet", "image")},
        "already defined",
    ),
    "optional input": (
        {
            "__init__.py": NO_TABLES,
            "models.py": SAME_PRODUCT.replace("content: Content", "c: Content | None"),
        },
        "require, never forbid",
    ),
}


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_plugin_is_left_out_with_a_warning(
    packages: Packages, dam_with_plugins: CommandProcess, fault: str
) -> None:
    files, reason = BROKEN[fault]
    packages.install("dam_broken", files)
    for command in (["setup-db"], ["add-asset", "plain"], ["status", "--json"]):
        result = dam_with_plugins(*command)
        assert result.exit_code == 0, result.stderr
        assert "plugin left out: dam_broken: " in result.stderr
        assert reason in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_broken_plugin_does_not_take_a_good_one_along(
    packages: Packages, dam_with_plugins: CommandProcess
) -> None:
    packages.install("dam_broken", {"__init__.py": NO_TABLES, "models.py": SAME_PRODUCT})
    install_sheets(packages)
    assert dam_with_plugins("setup-db").exit_code == 0
    assert dam_with_plugins("add-asset", "sheet1").exit_code == 0
    systems = {row["system"] for row in dam_with_plugins("status", "--json").json[0]["systems"]}
    assert "dam_sheets.count_lines" in systems
    assert "dam_broken.guess" not in systems


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("__init__.py", "head='s1'", "head='s9'"),
        ("__init__.py", "dam_sheets:migrations", "dam_sheets:elsewhere"),
        ("migrations/versions/s1_sheets.py", "def upgrade():", "def upgrade():\n    1 / 0\ndef unused():"),
        ("migrations/env.py", "dam_sheets_version", "some_other_version"),
    ],
)
def test_a_plugin_whose_history_is_broken_is_named_and_nothing_is_changed(
    packages: Packages, dam_with_plugins: CommandProcess, file: str, right: str, wrong: str
) -> None:
    install_sheets(packages)
    script = packages.folder / "dam_sheets" / file
    script.write_text(script.read_text().replace(right, wrong))
    failed = dam_with_plugins("setup-db")
    assert failed.exit_code == 8, failed.stderr
    assert "plugin dam_sheets" in failed.stderr
    packages.uninstall("dam_sheets")
    assert dam_with_plugins("setup-db").exit_code == 0
    assert dam_with_plugins("status").exit_code == 0
