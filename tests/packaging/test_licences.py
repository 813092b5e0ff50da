"""Nothing that an extra brings is under the GPL, and the README says the licence of each."""

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from tests.packaging.clean_environment import CHECKOUT
from tests.packaging.test_dependencies import EXTRAS, PROJECT

FAMILIES = {
    "BSD": r"\b0?BSD",
    "MIT": r"\bMIT\b|Permission is hereby granted, free of charge",
    "LGPL": r"LGPL|Lesser General Public",
    "MPL": r"\bMPL|Mozilla",
    "Apache": r"Apache",
    "CC0": r"\bCC0",
}
GPL = re.compile(r"(?<!L)GPL|Affero|(?<!Lesser )General Public License")
ROWS = dict(
    re.findall(r"^\| `(\w+)` \|[^|]*\| ([^|]*) \|$", (CHECKOUT / "README.md").read_text(), flags=re.MULTILINE)
)
BROUGHT = [
    (extra, Requirement(text).name)
    for extra, requirements in EXTRAS.items()
    for text in requirements
    if extra not in ("all", "dev")
]


def declared(name: str) -> str:
    """Return what a package says of its licence; if it says nothing, the licence itself."""
    said = metadata.metadata(name)
    classifiers = [text for text in said.get_all("Classifier") or [] if text.startswith("License")]
    told = " ".join([said["License-Expression"] or "", said["License"] or "", *classifiers]).strip()
    files = [file for file in metadata.files(name) or [] if file.name.upper().startswith("LICENSE")]
    return told or " ".join(file.read_text() for file in files)


def families(name: str) -> set[str]:
    return {family for family, pattern in FAMILIES.items() if re.search(pattern, declared(name))}


@pytest.mark.parametrize(("extra", "name"), BROUGHT)
def test_the_readme_says_the_licence_of_what_an_extra_brings(extra: str, name: str) -> None:
    row = ROWS[extra]
    while other := re.match(r"as `(\w+)`", row):
        row = ROWS[other[1]]
    assert families(name), declared(name)[:200]
    assert {family for family in families(name) if family not in row} == set()


@pytest.mark.parametrize("name", [name for _, name in BROUGHT])
def test_nothing_that_an_extra_brings_says_that_it_is_under_the_gpl(name: str) -> None:
    assert GPL.search(declared(name)) is None


def test_a_plain_install_brings_what_the_readme_says() -> None:
    copyleft = {"LGPL": {"pebble"}, "MPL": {"pathspec"}}
    names = [Requirement(text).name for text in PROJECT["dependencies"]]
    for family, members in copyleft.items():
        assert {name for name in names if family in families(name)} == members
    assert [name for name in names if GPL.search(declared(name)) or not families(name)] == []
