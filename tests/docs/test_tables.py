"""What the README lists is what there is: commands, exit codes, settings, extras."""

import re
import tomllib
from typing import TypeGuard

import pytest
from typer.main import get_command

import dam
from dam import errors
from dam.cli import COMMANDS
from dam.commands import add_asset
from dam.core.config import Settings
from dam.errors import DamError
from tests.docs.markdown import CHECKOUT, README, table

ENV_EXAMPLE = CHECKOUT / ".env.example"
SETTINGS = {str(field.validation_alias): name for name, field in Settings.model_fields.items()}
DEPENDS_ON_THE_MACHINE = {"DAM_WORKERS"}


@pytest.fixture
def unset(library_environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any setting at all."""
    library_environment.delenv("DAM_STORE")
    return library_environment


def test_every_command_is_in_the_table_and_no_other() -> None:
    assert [row.split(" ")[0] for row in table(README, "Command")] == list(COMMANDS)


def test_every_option_of_adding_is_in_the_table_and_no_other() -> None:
    listed = {name for row in table(README, "Option") for name in re.findall(r"(?<![\w-])--?\w[\w-]*", row)}
    options = get_command(add_asset.app).params
    there = {name for option in options for name in option.opts if name.startswith("-")}
    assert listed == there


def test_every_exit_code_is_in_the_table() -> None:
    listed = {int(code) for row in table(README, "Exit code") for code in row.split(", ")}
    of_errors = {kind.exit_code for kind in vars(errors).values() if _is_error(kind)}
    assert listed == of_errors | {0, 70, 130, 143, 141}


def _is_error(thing: object) -> TypeGuard[type[DamError]]:
    return isinstance(thing, type) and issubclass(thing, DamError)


def test_every_setting_is_in_the_table_with_its_default(unset: pytest.MonkeyPatch) -> None:
    listed = table(README, "Setting")
    assert list(listed) == list(SETTINGS)
    defaults = Settings()
    for name in set(SETTINGS) - DEPENDS_ON_THE_MACHINE:
        shown = listed[name][0].strip("`")
        actual = getattr(defaults, SETTINGS[name])
        assert type(actual)(shown) == actual, name


def test_the_example_of_an_env_file_works_and_is_what_holds_without(unset: pytest.MonkeyPatch) -> None:
    example = Settings(_env_file=ENV_EXAMPLE)  # type: ignore[call-arg]
    assert example == Settings()


def test_the_example_of_an_env_file_names_only_settings_that_exist() -> None:
    named = re.findall(r"^#?(\w+)=", ENV_EXAMPLE.read_text(), flags=re.MULTILINE)
    assert {"DATABASE_URL", "DAM_STORE", "DAM_LOG_LEVEL"} <= set(named) <= set(SETTINGS)


def test_every_extra_is_in_the_table_and_no_other() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    assert set(table(README, "Extra")) == set(project["optional-dependencies"])


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"^(?:\| `)?make ([a-z-]+)", README.read_text(), flags=re.MULTILINE))
    assert {"demo", "test", "check", "test-deep", "bench", "format"} <= named <= targets


def test_the_changelog_tells_of_this_version() -> None:
    assert f"\n## {dam.__version__}\n" in (CHECKOUT / "CHANGELOG.md").read_text()
