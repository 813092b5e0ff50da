"""Groups as they are answered: with every distance from the best one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from dam.core.batched import batched
from dam.core.component import Fingerprint, table_of
from dam.core.database import Database
from dam.duplicates.group import Distances, Group, Likeness, Member
from dam.duplicates.turning import composed, inverse, turned
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.search.orientation import Orientation
from dam.search.words import distances, pack

_AT_ONCE = 64
"""Groups whose hashes are read together."""
_HASHES: dict[str, type[Fingerprint]] = {
    "pdq": ImagePDQComponent,
    "phash": ImagePHashComponent,
    "dhash": ImageDHashComponent,
    "ahash": ImageAHashComponent,
}


class Likened(NamedTuple):
    """Entities that are alike; each of the others with how it is turned against the best one."""

    best: int
    others: Sequence[tuple[int, Orientation]]
    centre: int | None = None


Hashes = dict[str, dict[int, int]]
"""Fingerprints by name and entity."""


def measured(database: Database, likeness: Likeness, groups: Iterable[Likened]) -> Iterator[Group]:
    """Yield groups with the distances of their members from the best; of turned pictures in PDQ alone."""
    for lot in batched(groups, _AT_ONCE):
        entities = [entity for one in lot for entity in (one.best, *(other for other, _ in one.others))]
        with database.read() as session:
            hashes = _hashes_of(session, entities)
        for best, others, centre in lot:
            turns = {best: Orientation.UPRIGHT, **dict(others)}
            apart = {} if centre is None else {one: _from_centre(hashes, turns, centre, one) for one in turns}
            members = [
                Member(other, _distances(hashes, best, other, turn), turn, apart.get(other))
                for other, turn in others
            ]
            members.sort(key=_by_nearness)
            yield Group(likeness, best, tuple(members), centre, apart.get(best))


def _by_nearness(member: Member) -> tuple[int, int]:
    apart = member.distances.pdq
    return ImagePDQComponent.bits if apart is None else apart, member.entity


def _distances(hashes: Hashes, best: int, other: int, orientation: Orientation) -> Distances:
    if orientation is not Orientation.UPRIGHT:
        return Distances(pdq=_pdq_apart(hashes, best, other, orientation))
    return Distances(**{name: _apart(known.get(best), known.get(other)) for name, known in hashes.items()})


def _from_centre(hashes: Hashes, turns: Mapping[int, Orientation], centre: int, other: int) -> int | None:
    orientation = composed(inverse(turns[centre]), turns[other])
    return _pdq_apart(hashes, centre, other, orientation)


def _pdq_apart(hashes: Hashes, one: int, other: int, orientation: Orientation) -> int | None:
    """Return how far one PDQ, turned so, is from the other; None if one was taken back meanwhile."""
    known = hashes["pdq"]
    if one not in known or other not in known:
        return None
    if orientation is Orientation.UPRIGHT:
        return _apart(known[one], known[other])
    hashes_of_both = [known[entity].to_bytes(ImagePDQComponent.bits // 8) for entity in (one, other)]
    planes = pack(hashes_of_both, ImagePDQComponent.bits)
    return int(distances(turned(planes[:, :1], orientation), planes[:, 1])[0])


def _apart(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else (one ^ other).bit_count()


def _hashes_of(session: Session, entities: Sequence[int]) -> Hashes:
    found: Hashes = {name: {} for name in _HASHES}
    for some in batched(entities):
        for name, component in _HASHES.items():
            # As the database has it: one that a tool has damaged must not end the whole answer.
            value = type_coerce(table_of(component).c.value, NullType())
            rows = session.execute(select(component.entity_id, value).where(component.entity_id.in_(some)))
            for entity, hashed in rows:
                if (number := _number(hashed, component.bits)) is not None:
                    found[name][entity] = number
    return found


def _number(value: object, bits: int) -> int | None:
    """Return a fingerprint as a number, None if it is none."""
    if isinstance(value, bytes):
        return int.from_bytes(value) if 8 * len(value) == bits else None
    # Those of 64 bits are kept as signed integers.
    return value % (1 << bits) if isinstance(value, int) and bits == 64 else None
