"""Where an entity's bytes were seen: every name and place, open and closed."""

from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Text,
    and_,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.columns import Name, RowId, Timestamp, Unsigned64
from dam.core.component import Component
from dam.core.database import insert_or_ignore
from dam.core.partial_index import PartialIndex
from dam.models.directory import DirectoryRow, Place, RootRow

_MOST_PAIRS = 2048


class LocationState(StrEnum):
    """What was last known of a place."""

    PRESENT = "present"
    MISSING = "missing"
    OFFLINE = "offline"


class FileLocationComponent(Component):
    """One place where the entity's bytes were seen. Closed rows stay as history."""

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False, sort_order=-20)
    entity_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("entity.id", ondelete="CASCADE"), index=True, init=False, sort_order=-10
    )
    directory_id: Mapped[int] = mapped_column(RowId, ForeignKey("directory.id"))
    name: Mapped[bytes] = mapped_column(Name)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    ctime_ns: Mapped[int] = mapped_column(BigInteger)
    inode: Mapped[int] = mapped_column(Unsigned64)
    in_place: Mapped[bool] = mapped_column(Boolean)
    """Registered where it is, without asking for a copy."""
    first_seen: Mapped[datetime] = mapped_column(Timestamp)
    last_seen: Mapped[datetime] = mapped_column(Timestamp)
    closed_at: Mapped[datetime | None] = mapped_column(Timestamp, default=None)
    """When the place was found to hold other bytes; None while the row is open.

    It is one moment for all that one scan closes. For all that one run of adding moves it is the moment when
    that began: alone for such places it is before `last_seen`.
    """
    state: Mapped[str] = mapped_column(Text, default=LocationState.PRESENT.value)

    __table_args__ = (
        CheckConstraint("state IN ('present', 'missing', 'offline')", name="state_known"),
        PartialIndex(
            "uq_file_location_open_place",
            "directory_id",
            "name",
            unique=True,
            where=text("closed_at IS NULL"),
        ),
        PartialIndex(
            "ix_file_location_closed_name",
            "directory_id",
            "name",
            where=text("closed_at IS NOT NULL"),
        ),
    )


@dataclass(frozen=True)
class Sighting:
    """What was seen of an entity's bytes at one place at one moment."""

    entity_id: int
    place: Place
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    in_place: bool
    seen: datetime


@dataclass(frozen=True)
class Location:
    """An open or closed place of an entity, with its whole path."""

    row: FileLocationComponent
    path: bytes

    @property
    def is_open(self) -> bool:
        """Tell whether it is still a place of the entity, whatever its state."""
        return self.row.closed_at is None


def find_open_locations(
    session: Session, places: Collection[Place], *, lock: bool = False
) -> dict[Place, FileLocationComponent]:
    """Return the open row of each of these places; places without one are left out.

    With `lock` nobody else changes them until the transaction ends.
    """
    if not places:
        return {}
    found: dict[Place, FileLocationComponent] = {}
    for directories, names in _crossed(places):
        statement = select(FileLocationComponent).where(
            FileLocationComponent.closed_at.is_(None),
            FileLocationComponent.directory_id.in_(directories),
            FileLocationComponent.name.in_(names),
        )
        if lock:
            statement = statement.order_by(FileLocationComponent.id).with_for_update()
        for row in session.scalars(statement):
            found[Place(row.directory_id, bytes(row.name))] = row
    wanted = set(places)
    return {place: row for place, row in found.items() if place in wanted}


def _crossed(places: Collection[Place]) -> Iterator[tuple[list[int], list[bytes]]]:
    """Yield directories and names that cover all places when each is crossed with each.

    Pairs in one IN would have SQLite read the whole table; two INs make it look up every pair in the
    index. So many directories are only taken together as long as there are few pairs.
    """
    by_directory: dict[int, list[bytes]] = {}
    for place in places:
        by_directory.setdefault(place.directory_id, []).append(place.name)
    directories: list[int] = []
    names: set[bytes] = set()
    for directory, inside in sorted(by_directory.items(), key=lambda pair: (len(pair[1]), pair[0])):
        if directories and (len(directories) + 1) * len(names.union(inside)) > _MOST_PAIRS:
            yield directories, sorted(names)
            directories, names = [], set()
        directories.append(directory)
        names.update(inside)
    if directories:
        yield directories, sorted(names)


def record_sightings(session: Session, sightings: Iterable[Sighting]) -> set[Place]:
    """Bring the open locations up to what was seen; return the places that are new for their entity.

    A place that held other bytes is closed for them and opened for these.
    """
    by_place = {sighting.place: sighting for sighting in sightings}
    ordered = sorted(by_place)
    known = find_open_locations(session, ordered, lock=True)
    for place, row in known.items():
        if row.entity_id == by_place[place].entity_id:
            _see_again(row, by_place[place])
        else:
            row.closed_at = by_place[place].seen
            row.state = LocationState.MISSING.value
    session.flush()
    fresh = [p for p in ordered if p not in known or known[p].entity_id != by_place[p].entity_id]
    if fresh:
        session.execute(
            insert_or_ignore(session, FileLocationComponent), [_columns(by_place[p]) for p in fresh]
        )
    return set(fresh)


def locations_of(session: Session, entity_ids: Collection[int]) -> dict[int, list[Location]]:
    """Return every place of these entities, open ones first, each with its whole path."""
    found: dict[int, list[Location]] = {entity_id: [] for entity_id in entity_ids}
    for place in _locations(session, FileLocationComponent.entity_id.in_(entity_ids)):
        found[place.row.entity_id].append(place)
    return found


def paths_of_places(session: Session, location_ids: Collection[int]) -> dict[int, bytes]:
    """Return the whole path of each of these places, by its number."""
    return {
        place.row.id: place.path for place in _locations(session, FileLocationComponent.id.in_(location_ids))
    }


def _locations(session: Session, where: ColumnElement[bool]) -> Iterator[Location]:
    rows = session.execute(
        select(FileLocationComponent, DirectoryRow.path, RootRow.path)
        .join(DirectoryRow, DirectoryRow.id == FileLocationComponent.directory_id)
        .join(RootRow, RootRow.id == DirectoryRow.root_id)
        .where(where)
        .order_by(FileLocationComponent.closed_at.isnot(None), FileLocationComponent.id)
    )
    for row, directory, root in rows:
        path = b"/".join((bytes(root).rstrip(b"/"), bytes(directory), bytes(row.name)))
        yield Location(row, path.replace(b"//", b"/"))


def close_location(session: Session, location_id: int, when: datetime) -> None:
    """Close a place that no longer holds the entity's bytes."""
    session.execute(
        update(FileLocationComponent)
        .where(FileLocationComponent.id == location_id, FileLocationComponent.closed_at.is_(None))
        .values(closed_at=when, state=LocationState.MISSING.value)
    )


def _see_again(row: FileLocationComponent, sighting: Sighting) -> None:
    row.size = sighting.size
    row.mtime_ns = sighting.mtime_ns
    row.ctime_ns = sighting.ctime_ns
    row.inode = sighting.inode
    row.last_seen = sighting.seen
    row.state = LocationState.PRESENT.value
    row.in_place = row.in_place and sighting.in_place


def _columns(sighting: Sighting) -> dict[str, object]:
    return {
        "entity_id": sighting.entity_id,
        "directory_id": sighting.place.directory_id,
        "name": sighting.place.name,
        "size": sighting.size,
        "mtime_ns": sighting.mtime_ns,
        "ctime_ns": sighting.ctime_ns,
        "inode": sighting.inode,
        "in_place": sighting.in_place,
        "first_seen": sighting.seen,
        "last_seen": sighting.seen,
        "state": LocationState.PRESENT.value,
    }


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """An open place as plain values, to compare with what is there and with the row later on."""

    id: int
    entity_id: int
    directory_id: int
    name: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    in_place: bool
    last_seen: datetime
    state: str


@dataclass(frozen=True, slots=True)
class KnownFolder:
    """A directory with open places in it."""

    id: int
    path: bytes
    """Relative to its root."""
    places: int


_KNOWN_PLACE = tuple(FileLocationComponent.__table__.c[name] for name in KnownPlace.__slots__)
_IS_OPEN = FileLocationComponent.closed_at.is_(None)


def open_folders(
    session: Session, root_id: int, where: ColumnElement[bool], *, after: int = 0, limit: int
) -> list[KnownFolder]:
    """Return the next directories, by number, of a root that have open places and fulfil a condition."""
    count = (
        select(func.count())
        .where(FileLocationComponent.directory_id == DirectoryRow.id, _IS_OPEN)
        .scalar_subquery()
    )
    rows = session.execute(
        select(DirectoryRow.id, DirectoryRow.path, count)
        .where(DirectoryRow.root_id == root_id, DirectoryRow.id > after, where, count > 0)
        .order_by(DirectoryRow.id)
        .limit(limit)
    )
    return [KnownFolder(number, bytes(path), places) for number, path, places in rows]


def open_places_in(
    session: Session, directory_ids: Collection[int], name: bytes | None = None
) -> dict[int, list[KnownPlace]]:
    """Return the open places in these directories by directory, of one name only if it is given."""
    found: dict[int, list[KnownPlace]] = {number: [] for number in directory_ids}
    statement = select(*_KNOWN_PLACE).where(FileLocationComponent.directory_id.in_(directory_ids), _IS_OPEN)
    if name is not None:
        statement = statement.where(FileLocationComponent.name == name)
    for row in session.execute(statement):
        place = KnownPlace(*row)
        found[place.directory_id].append(place)
    return found


def was_ever_seen(
    session: Session, root_id: int, where: ColumnElement[bool], name: bytes | None = None
) -> bool:
    """Tell whether the library knows such a directory of a root, or a name in it if one is given."""
    statement = select(DirectoryRow.id).where(DirectoryRow.root_id == root_id, where).limit(1)
    if name is not None:
        statement = statement.join(
            FileLocationComponent,
            and_(FileLocationComponent.directory_id == DirectoryRow.id, FileLocationComponent.name == name),
        )
    return session.scalar(statement) is not None


def count_open_places_besides(session: Session, root_ids: Collection[int]) -> int:
    """Return how many places are open on other roots than these."""
    statement = (
        select(func.count())
        .select_from(FileLocationComponent)
        .join(DirectoryRow, DirectoryRow.id == FileLocationComponent.directory_id)
        .where(_IS_OPEN, DirectoryRow.root_id.not_in(root_ids))
    )
    return session.execute(statement).scalar_one()


def lock_unaltered(session: Session, places: Collection[KnownPlace]) -> set[int]:
    """Return the numbers of those places whose rows are still what they were, and keep them so.

    They stay so until the transaction ends: whoever writes to them waits, in the order of the places.
    """
    statement = (
        select(*_KNOWN_PLACE)
        .where(FileLocationComponent.id.in_([place.id for place in places]), _IS_OPEN)
        .order_by(FileLocationComponent.directory_id, FileLocationComponent.name)
        .with_for_update()
    )
    now = {row.id: KnownPlace(*row) for row in session.execute(statement)}
    return {place.id for place in places if now.get(place.id) == place}


def mark_places(session: Session, location_ids: Collection[int], state: LocationState) -> None:
    """Say of open places whether they are there or out of reach."""
    session.execute(
        update(FileLocationComponent)
        .where(FileLocationComponent.id.in_(location_ids), _IS_OPEN)
        .values(state=state.value)
        .execution_options(synchronize_session=False)
    )


def close_locations(session: Session, location_ids: Collection[int], when: datetime) -> None:
    """Close places that no longer hold their entities' bytes."""
    session.execute(
        update(FileLocationComponent)
        .where(FileLocationComponent.id.in_(location_ids), _IS_OPEN)
        .values(closed_at=when, state=LocationState.MISSING.value)
        .execution_options(synchronize_session=False)
    )


def entities_with_places(session: Session, entity_ids: Collection[int], besides: Container[int]) -> set[int]:
    """Return those of the entities that have an open place, not counting some."""
    rows = session.execute(
        select(FileLocationComponent.entity_id, FileLocationComponent.id).where(
            FileLocationComponent.entity_id.in_(entity_ids), _IS_OPEN
        )
    )
    return {entity for entity, number in rows if number not in besides}
