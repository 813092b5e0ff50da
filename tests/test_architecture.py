"""The shape of the code, where no tool checks it by itself."""

import ast
import importlib
import pkgutil
import tomllib
from pathlib import Path

import dam.models
from dam.core.component import mapped_components
from dam.core.matcher import Matcher
from dam.core.system import System
from dam.plugins import installed

PROJECT = Path(__file__).parents[1]
MODELS = PROJECT / "dam" / "models"
LONGEST = 400


def test_the_contract_on_kinds_names_every_kind() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    (contract,) = [c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "independence"]
    kinds = {f"dam.models.{folder.name}" for folder in MODELS.iterdir() if (folder / "__init__.py").is_file()}

    assert set(contract["modules"]) == kinds


def test_every_component_and_system_lies_where_it_is_looked_for() -> None:
    found = pkgutil.walk_packages(dam.models.__path__, prefix="dam.models.")
    modules = [importlib.import_module(module.name) for module in found]
    systems = [system for module in modules for system in vars(module).values() if isinstance(system, System)]
    components = [c for c in mapped_components() if c.__module__.startswith("dam.models.")]

    registry = installed().registry
    assert {system.name for system in systems} <= {system.name for system in registry.systems}
    assert set(components) <= set(registry.components)
    assert {m for module in modules for m in vars(module).values() if isinstance(m, Matcher)} == set(
        registry.matchers
    )


def test_no_module_is_too_long() -> None:
    sources = [
        path for folder in ("dam", "tests", "benchmarks", "demo") for path in (PROJECT / folder).rglob("*.py")
    ]

    assert sources
    assert [path.name for path in sources if len(path.read_text().splitlines()) > LONGEST] == []


def test_no_name_says_nothing() -> None:
    empty = {"utils", "helpers", "manager", "common", "misc"}

    assert [path for path in (PROJECT / "dam").rglob("*.py") if path.stem in empty] == []


def test_component_functions_never_commit() -> None:
    for path in (*MODELS.rglob("*.py"), *(PROJECT / "dam" / "core").rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        committing = [
            c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr in {"commit", "rollback"}
        ]
        assert committing == [], path


def test_commands_know_no_table() -> None:
    for path in (PROJECT / "dam" / "commands").glob("*.py"):
        imported = {
            node.module or ""
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
        }
        assert {name for name in imported if name.endswith("_component") and "models" in name} <= ALLOWED, (
            path
        )


ALLOWED = {"dam.models.file_location_component"}
"""For the type of a location, which `Asset` has; no query is made with it."""
