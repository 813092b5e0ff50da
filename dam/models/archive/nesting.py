"""How archives lie in each other."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.models.file_location_component import FileLocationComponent
from dam.models.member_location_component import containers_of
from dam.models.stored_copy_component import find_stored

_MOST_LEVELS = 64


@dataclass(frozen=True)
class Nesting:
    """Where an archive is, counted from the file that it is or is in."""

    depth: int
    """1 for an archive that is a file."""
    outermost: int
    """The entity of that file."""
    path: tuple[int, ...]
    """The archives on the way, the outermost first, without the archive itself."""


def nesting_of(session: Session, archive: int) -> Nesting:
    """Return the shortest way from a file, or from what is in no archive, to an archive."""
    ways: dict[int, tuple[int, ...]] = {archive: ()}
    level = [archive]
    for _ in range(_MOST_LEVELS):
        files = _seen_as_files(session, level)
        around = containers_of(session, level)
        for entity in level:
            if entity in files or entity not in around:
                return Nesting(len(ways[entity]) + 1, entity, ways[entity])
        following: list[int] = []
        for entity in level:
            for container in around[entity]:
                if container not in ways:  # An archive may well contain itself.
                    ways[container] = (container, *ways[entity])
                    following.append(container)
        if not following:
            break
        level = following
    return Nesting(len(ways[level[0]]) + 1, level[0], ways[level[0]])


def _seen_as_files(session: Session, entities: list[int]) -> set[int]:
    place = FileLocationComponent.entity_id
    return set(session.scalars(select(place).where(place.in_(entities)).distinct()))


def in_stored_archives(session: Session, entities: Collection[int]) -> set[int]:
    """Return those of the entities that are, at whatever depth, in an archive that a store holds."""
    inside: dict[int, set[int]] = {entity: {entity} for entity in entities}
    found: set[int] = set()
    level = set(entities)
    for _ in range(_MOST_LEVELS):
        following: set[int] = set()
        for member, containers in containers_of(session, level).items():
            for container in containers:
                if not inside[member] <= inside.setdefault(container, set()):
                    inside[container] |= inside[member]
                    following.add(container)
        for container in find_stored(session, following):
            found |= inside[container]
        if not following:
            break
        level = following
    return found
