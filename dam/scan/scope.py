"""Which of the places that the library knows a scan is about."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from dam.core.database import Database
from dam.models.directory import KnownRoot, is_at_or_below, is_directory
from dam.models.file_location_component import (
    KnownFolder,
    KnownPlace,
    open_folders,
    open_places_in,
    was_ever_seen,
)

_FOLDERS_AT_ONCE = 256
_PLACES_AT_ONCE = 4096
"""What is in memory at once, unless a single folder holds more."""


@dataclass(frozen=True)
class Part:
    """A part of a root: a folder with all that is below it, or just one name in it."""

    root: KnownRoot
    folder: bytes
    name: bytes | None = None

    @property
    def is_meant(self) -> ColumnElement[bool]:
        """Return the condition that a directory belongs to it."""
        return is_at_or_below(self.folder) if self.name is None else is_directory(self.folder)


def parts_of(roots: Sequence[KnownRoot], path: bytes) -> list[Part]:
    """Return what a path may mean: roots below it, and on those above it a folder or a file."""
    parts: list[Part] = []
    for known in roots if path else ():
        if _lies_in(known.root.path, path):
            parts.append(Part(known, b""))
        elif _lies_in(path, known.root.path):
            relative = path[len(known.root.path) :].strip(b"/")
            folder, name = os.path.split(relative)
            parts += [Part(known, relative), Part(known, folder, name)]
    return parts


def without_those_inside(paths: Sequence[bytes]) -> list[bytes]:
    """Return these absolute paths once each, without those that lie below another one, in their order."""
    chosen = set(paths)
    return [
        path for path in dict.fromkeys(paths) if not any(above in chosen for above in _folders_above(path))
    ]


def known_parts(database: Database, parts: Sequence[Part]) -> list[Part]:
    """Return those parts in which the library knows of anything, be it only that it was there once."""
    with database.read() as session:
        return [part for part in parts if was_ever_seen(session, part.root.id, part.is_meant, part.name)]


def known_folders(database: Database, part: Part) -> Iterator[tuple[KnownFolder, list[KnownPlace]]]:
    """Yield the folders of a part with their open places, a bounded number of both at a time."""
    last = 0
    while True:
        with database.read() as session:
            folders = _within_bounds(
                open_folders(session, part.root.id, part.is_meant, after=last, limit=_FOLDERS_AT_ONCE)
            )
            places = open_places_in(session, [folder.id for folder in folders], part.name)
        if not folders:
            return
        for folder in folders:
            if places[folder.id]:
                yield folder, places.pop(folder.id)
        last = folders[-1].id


def _within_bounds(folders: Sequence[KnownFolder]) -> Sequence[KnownFolder]:
    total = 0
    for number, folder in enumerate(folders):
        total += folder.places
        if total > _PLACES_AT_ONCE:
            return folders[: max(1, number)]
    return folders


def _lies_in(path: bytes, top: bytes) -> bool:
    return path == top or path.startswith(top.rstrip(b"/") + b"/")


def _folders_above(path: bytes) -> Iterator[bytes]:
    while path not in (b"/", b""):
        path = os.path.dirname(path)
        yield path
