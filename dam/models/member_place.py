"""The places inside of archives as people see them: with the path of the archive before them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.models.file_location_component import Location, LocationState, locations_of
from dam.models.member_location_component import MemberLocationComponent, member_places

INSIDE = b"!/"
"""Stands between the path of an archive and the name of what is in it."""
_MOST_PLACES = 64
"""Places that are told of one content in archives: archives at many places multiply."""


@dataclass(frozen=True)
class MemberPlace:
    """A place inside of an archive."""

    path: bytes
    """As in `/photos/outer.zip!/inner/pic.jpg`. No file has it."""
    container: int
    """The archive."""
    state: str
    """What was last known of the file that the outermost archive is."""
    is_open: bool
    """Whether that file is still at its place, as far as is known."""
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class _Spot:
    path: bytes
    state: str
    is_open: bool


def describe_member_places(session: Session, entities: Collection[int]) -> dict[int, list[MemberPlace]]:
    """Return the places of entities inside of archives, open ones first.

    An archive that is in several places has each of its members there. Of those that are at no known place
    the name stays, that it was last known by.
    """
    rows: dict[int, Sequence[MemberLocationComponent]] = {}
    files: dict[int, list[Location]] = {}
    level = list(entities)
    while level:
        rows.update(member_places(session, level))
        around = {row.container_id for entity in level for row in rows[entity]}
        files.update(locations_of(session, around - files.keys()) if around - files.keys() else {})
        level = sorted(around - rows.keys())
    return {
        entity: sorted(_places(entity, rows, files), key=lambda place: not place.is_open)
        for entity in entities
    }


def find_members(session: Session, containers: Collection[int], name: bytes) -> list[int]:
    """Return what archives have under a name, which may lead through archives in them."""
    if not containers:
        return []
    found = _members(session, containers, name)
    for archive, rest in () if found else ways_inside(name):
        found = find_members(session, _members(session, containers, archive), rest)
        if found:
            break
    return found


def ways_inside(path: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each way in which a path may be that of an archive and the name of what is in it."""
    at = path.find(INSIDE)
    while at >= 0:
        yield path[:at], path[at + len(INSIDE) :]
        at = path.find(INSIDE, at + 1)


def _members(session: Session, containers: Collection[int], name: bytes) -> list[int]:
    place = MemberLocationComponent
    statement = select(place.entity_id).where(place.container_id.in_(containers), place.path == name)
    return list(dict.fromkeys(session.scalars(statement.order_by(place.id))))


def _places(
    entity: int, rows: Mapping[int, Sequence[MemberLocationComponent]], files: Mapping[int, list[Location]]
) -> list[MemberPlace]:
    return [
        MemberPlace(spot.path + INSIDE + row.path, row.container_id, spot.state, spot.is_open, row.first_seen)
        for row in rows[entity]
        for spot in _spots(row.container_id, rows, files, (entity,))
    ][:_MOST_PLACES]


def _spots(
    container: int,
    rows: Mapping[int, Sequence[MemberLocationComponent]],
    files: Mapping[int, list[Location]],
    on_the_way: tuple[int, ...],
) -> list[_Spot]:
    """Return where an archive is; if it is at no known place, where it was."""
    spots = [_Spot(place.path, place.row.state, place.is_open) for place in files[container]]
    if container not in on_the_way:  # An archive may contain itself.
        spots += [
            _Spot(spot.path + INSIDE + row.path, spot.state, spot.is_open)
            for row in rows[container]
            for spot in _spots(row.container_id, rows, files, (*on_the_way, container))
        ]
    still_open = [spot for spot in spots if spot.is_open]
    nowhere = [_Spot(f"entity {container}".encode(), LocationState.MISSING.value, is_open=False)]
    return (still_open or spots[:1] or nowhere)[:_MOST_PLACES]
