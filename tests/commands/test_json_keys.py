"""What `doc/json.md` lists is what `--json` prints about pictures that are alike."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dam.models.archive.samples import zipped
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import families
from tests.commands.facts import add, write
from tests.commands.media_families import media
from tests.docs.markdown import CHECKOUT

STRANGE = b"caf\xe9.jpg"


def documented() -> list[set[str]]:
    """Return the keys of each table, in their order."""
    tables: list[set[str]] = []
    for line in (CHECKOUT / "doc" / "json.md").read_text().splitlines():
        if line.startswith("| Key "):
            tables.append(set())
        elif line.startswith("| `"):
            tables[-1].update(re.findall(r"`([^`]+)`", line.split(" | ")[0]))
    return tables


ASSET, SIMILAR, GROUP, SUMMARY, RELATION = documented()


def keys(value: Any, name: str = "") -> Iterator[str]:
    """Yield the keys in an answer, dotted, those in lists after `[]`, and numbers as ENTITY."""
    if isinstance(value, dict):
        for key, inner in value.items():
            word = "ENTITY" if key.isdecimal() else key
            whole = f"{name}.{word}" if name else word
            yield whole
            yield from keys(inner, whole)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, f"{name}[]")


def keys_of_all(answers: Iterable[dict[str, Any]]) -> set[str]:
    return {key for answer in answers for key in keys(answer)}


@pytest.fixture
def lakes(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """A library with something in each class, a turned picture, archives, and paths that are not UTF-8."""
    folder = families(tmp_path / "media")
    for name in ("lake.jpg", "hill.jpg"):
        strange = os.fsencode(folder / "strange") + name.encode() + STRANGE
        Path(os.fsdecode(strange)).write_bytes((folder / name).read_bytes())
    write(folder / "mirrored.png", encoded(photo(2).transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG"))
    packed = {name: (folder / name).read_bytes() for name in ("lake.jpg", "small.jpg", "hill.jpg")}
    write(folder / "outer.zip", zipped(packed))
    add(library, "-r", folder)
    return library


@pytest.fixture
def everything(lakes: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """The same with recordings, films and documents that are there more than once."""
    add(lakes, "-r", media(tmp_path / "others"))
    return lakes


def test_every_key_of_a_similar_picture_is_listed_and_no_other(
    lakes: CommandInProcess, tmp_path: Path
) -> None:
    strange = tmp_path / os.fsdecode(STRANGE)
    strange.write_bytes(encoded(photo(1), quality=30))
    found = lakes("find-similar-images", "--json", strange, "1").json
    assert keys_of_all(found) == ASSET | SIMILAR


def test_every_key_of_a_group_and_of_the_summary_is_listed_and_no_other(everything: CommandInProcess) -> None:
    *groups, last = everything("find-duplicates", "--json", "--rotated").json
    new = everything("find-duplicates", "--json", "--rotated", "--new-since", "1d").json[:-1]
    assets = {f"{place}.{key}" for place in ("best", "members[]") for key in ASSET}
    assert keys_of_all([*groups, *new]) == GROUP | assets
    is_conditional = {key for key in GROUP if key.endswith(".new")}
    assert keys_of_all(groups) == (GROUP | assets) - is_conditional
    assert {key.partition(".")[2] for key in keys(last) if key != "summary"} == SUMMARY


def test_every_key_of_a_relation_is_listed_and_no_other(everything: CommandInProcess) -> None:
    wanted = ("near", "recording", "film", "text")
    groups = everything("find-duplicates", "--json", "--rotated", "--class", *wanted).stdout
    related = everything("relate", "--json", "duplicate-of", "--from-file", "-", stdin=groups).json
    assert keys_of_all(related) == RELATION
    assert keys_of_all(everything("relations", "--json").json) == RELATION
    withdrawn = everything("unrelate", "--json", "--id", *(str(one["relation"]) for one in related)).json
    assert keys_of_all(withdrawn) == RELATION
