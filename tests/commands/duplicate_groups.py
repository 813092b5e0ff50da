"""What `find-duplicates` answers, by the names of files, and pictures for it to find."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance

from dam.models.image.samples import encoded, photo
from tests.command_line import Argument, Result
from tests.commands.facts import Command, write


def answer(library: Command, *arguments: Argument) -> tuple[list[dict[str, Any]], dict[str, Any], Result]:
    """Return the groups, the summary, and all that was said."""
    found = library("find-duplicates", "--json", *arguments)
    assert "Traceback" not in found.stderr
    *groups, last = found.json
    return groups, last["summary"], found


def groups(
    library: Command, *arguments: Argument, exit_code: int | None = None
) -> list[tuple[str, list[str]]]:
    """Return each group as its class and its names, best first; of one entity the names of its places."""
    found, summary, result = answer(library, *arguments)
    assert result.exit_code == (exit_code if exit_code is not None else 0 if found else 1), result.stderr
    assert summary["groups"] == len(found)
    return [(one["class"], names(one)) for one in found]


def names(group: dict[str, Any]) -> list[str]:
    """Return the names of a group's files, best first, one for each entity unless there is just one."""
    if not group["members"]:
        return sorted(os.path.basename(place["path"]) for place in group["best"]["locations"])
    return [name_of(group["best"]), *map(name_of, group["members"])]


def name_of(asset: dict[str, Any]) -> str:
    """Return the name of the first place of an asset."""
    return os.path.basename(str(asset["locations"][0]["path"]))


def families(folder: Path) -> Path:
    """Write a lake in many forms, of each class some, and pictures that are like nothing else."""
    lake = photo(1)
    jpeg = encoded(lake, quality=92)
    pixels = Image.open(BytesIO(jpeg)).convert("RGB")
    bright = ImageEnhance.Brightness(lake).enhance(1.15)
    files = {
        "lake.jpg": jpeg,
        "backup/lake.jpg": jpeg,
        "stripped.jpg": with_comment(jpeg),
        "lake.png": encoded(pixels, "PNG"),
        "lake.bmp": encoded(pixels, "BMP"),
        "coarse.jpg": encoded(lake, quality=50),
        "bright.jpg": encoded(bright, quality=85),
        "small.jpg": encoded(lake.resize((160, 120))),
        "hill.jpg": encoded(photo(2)),
        "dune.png": encoded(photo(3), "PNG"),
        "notes.txt": b"no picture",
    }
    for name, data in files.items():
        write(folder / name, data)
    return folder


def with_comment(jpeg: bytes) -> bytes:
    """Return another file of the same picture: with metadata that the first one lacks."""
    comment = b"from somebody else"
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + jpeg[2:]
