"""The declared dependencies and their pins agree."""

import re
import tomllib
from importlib import metadata
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.clean_environment import CHECKOUT, CONSTRAINTS

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
DECLARED = [Requirement(text) for text in chain(PROJECT["dependencies"], *EXTRAS.values())]
DIRECT = [requirement for requirement in DECLARED if requirement.name != "dam"]
LINES = [line for line in CONSTRAINTS.read_text().splitlines() if not line.startswith("#")]


def _pins() -> dict[str, str]:
    pins = (line.partition(";")[0].partition("==") for line in LINES)
    return {canonicalize_name(name): version.strip() for name, _, version in pins}


def test_the_extras_have_the_names_that_install_commands_use() -> None:
    kinds = {"image", "jpegxl", "audio", "archive", "video", "document"}
    assert set(EXTRAS) == kinds | {"postgres", "all", "dev"}


def test_the_readme_names_what_a_plain_install_brings() -> None:
    readme = (CHECKOUT / "README.md").read_text()
    (sentence,) = re.findall(r"A plain install brings ([^.]*)\.", readme)
    named = re.split(r",\s+|\s+and\s+", sentence)
    assert named == sorted(Requirement(text).name for text in PROJECT["dependencies"])


def test_the_extra_all_holds_every_extra_but_dev() -> None:
    (everything,) = [Requirement(text) for text in EXTRAS["all"]]
    assert everything.extras == set(EXTRAS) - {"all", "dev"}


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: str(requirement.name))
def test_every_direct_dependency_is_pinned_to_a_version_it_allows(requirement: Requirement) -> None:
    pin = _pins().get(canonicalize_name(requirement.name))
    assert pin is not None, f"{requirement.name} is not in constraints.txt"
    assert requirement.specifier.contains(pin)


def test_every_dependency_of_a_dependency_is_pinned_too() -> None:
    pins = _pins()
    seen: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(r.name), extra) for r in DIRECT for extra in {"", *r.extras}]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(needed.name), wanted) for wanted in {"", *needed.extras}]
    assert {name for name, _ in seen} <= set(pins)


def test_constraints_hold_only_names_and_versions() -> None:
    for line in LINES:
        assert re.fullmatch(r"[a-z0-9.-]+==[0-9][0-9a-z.]*( ; .+)?", line), line
    assert sorted(LINES) == LINES, "constraints.txt is in order"
    assert len(_pins()) == len(LINES), "no package is pinned twice"
