"""Which sidecar goes with which asset: read off from their places, never written down.

A pair is two places in one folder. `a.cr2.xmp` goes with `a.cr2`; `a.xmp` goes with the files of that stem
that have no sidecar of their own: with those that cannot hold XMP themselves, as RAWs, if there are any.
"""

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from dam.core.component import table_of
from dam.models.file_location_component import FileLocationComponent
from dam.models.image import ImageComponent
from dam.models.image.raw_signatures import BY_EXTENSION, RAW_TYPES
from dam.models.image.sidecar import SidecarComponent
from dam.models.image.sidecar.name_parts import follows, has_stem_of, is_called_sidecar, subject_of
from dam.models.image.sidecar.one_by_one import joined_one_by_one

_DNG = BY_EXTENSION["dng"]
_PLACES = table_of(FileLocationComponent)


def has_sidecars(session: Session) -> bool:
    """Tell whether the library has any sidecar: where it has none, nothing need be asked about them."""
    return session.scalar(select(SidecarComponent.entity_id).limit(1)) is not None


def pairs(entity: int | None = None) -> FromClause:
    """Return the pairs that hold, with the columns `subject`, `sidecar` and the numbers of their places.

    Places that are open go together. So do those closed at one moment, as by a scan that missed both, and
    those of which one still lay there when the other was moved into the store, as long as the asset is at
    no open place. Given an entity, there are only those in the folders in which it is or was.
    """
    kinds = [_pairs(is_open, whole, entity) for is_open in (True, False) for whole in (True, False)]
    return union_all(*kinds).subquery()


def _pairs(is_open: bool, whole_name: bool, entity: int | None) -> Select[tuple[int, int, int, int]]:
    sidecar, subject = _PLACES.alias(), _PLACES.alias()
    found = select(
        subject.c.entity_id.label("subject"),
        subject.c.id.label("subject_place"),
        sidecar.c.entity_id.label("sidecar"),
        sidecar.c.id.label("sidecar_place"),
    ).where(_is_sidecar(sidecar), is_called_sidecar(sidecar.c.name), ~_is_sidecar(subject))
    if entity is not None:
        its = _PLACES.alias()
        folders = select(its.c.directory_id).where(its.c.entity_id == entity)
        found = found.where(sidecar.c.directory_id.in_(folders))
    counts = true() if is_open else _left_together(subject, sidecar)
    if whole_name:
        return found.where(_together(subject, sidecar, is_open), _has_whole_name(subject, sidecar), counts)
    return _meant_by_stem(found, subject, sidecar, is_open, counts)


def _is_sidecar(place: FromClause) -> ColumnElement[bool]:
    return place.c.entity_id.in_(select(SidecarComponent.entity_id))


def _together(one: FromClause, other: FromClause, is_open: bool) -> ColumnElement[bool]:
    """Return the condition that two places are in one folder, and both there, or gone together."""
    when = and_(one.c.closed_at.is_(None), other.c.closed_at.is_(None))
    if not is_open:
        met = and_(_lay_there_until_moved(one, other), _lay_there_until_moved(other, one))
        at_once = one.c.closed_at == other.c.closed_at
        when = and_(one.c.closed_at.is_not(None), other.c.closed_at.is_not(None), or_(at_once, met))
    return and_(one.c.directory_id == other.c.directory_id, when)


def _lay_there_until_moved(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Return the condition that a file was moved into the store, and there before the other one went.

    Its ctime is when it was last written, renamed or otherwise changed, so it had its name from then on.
    """
    other_went = type_coerce(other.c.closed_at, BigInteger) * 1000
    return and_(one.c.closed_at <= one.c.last_seen, one.c.ctime_ns <= other_went)


def _left_together(subject: FromClause, sidecar: FromClause) -> ColumnElement[bool]:
    """Return the condition that an asset is at no open place, and went with no other sidecar than this."""
    again, rival, other = (_PLACES.alias() for _ in range(3))
    is_elsewhere = _any(again, again.c.entity_id == subject.c.entity_id, again.c.closed_at.is_(None))
    went_with_another = or_(_left_with(rival, subject, sidecar), _left_with(other, sidecar, subject))
    return and_(~is_elsewhere, or_(subject.c.closed_at == sidecar.c.closed_at, ~went_with_another))


def _left_with(place: FromClause, called: FromClause, closed_with: FromClause) -> ColumnElement[bool]:
    return _any(
        place,
        place.c.directory_id == called.c.directory_id,
        place.c.name == called.c.name,
        place.c.closed_at == closed_with.c.closed_at,
    )


def _has_whole_name(subject: FromClause, sidecar: FromClause) -> ColumnElement[bool]:
    return subject.c.name == subject_of(sidecar.c.name)


def _has_stem(subject: FromClause, sidecar: FromClause, is_open: bool) -> ColumnElement[bool]:
    return and_(_together(subject, sidecar, is_open), has_stem_of(subject.c.name, sidecar.c.name))


def _meant_by_stem(
    found: Select[tuple[int, int, int, int]],
    subject: FromClause,
    sidecar: FromClause,
    is_open: bool,
    counts: ColumnElement[bool],
) -> Select[tuple[int, int, int, int]]:
    """Return the pairs found by a stem: of all files of it those that need the sidecar most."""
    same_stem, whole, own = (_PLACES.alias() for _ in range(3))
    of_that_stem = select(same_stem.c.id).where(_has_stem(same_stem, sidecar, is_open)).correlate(sidecar)
    joined = joined_one_by_one(
        _has_stem(subject, sidecar, is_open).self_group(), subject.c.id, of_that_stem.scalar_subquery()
    )
    means_one_file = _any(whole, _together(whole, sidecar, is_open), _has_whole_name(whole, sidecar))
    has_its_own = _any(
        own,
        _together(own, subject, is_open),
        follows(own.c.name, subject.c.name),
        _has_whole_name(subject, own),
        is_called_sidecar(own.c.name),
        _is_sidecar(own),
    )
    need = _need(subject)
    ranked = found.where(joined, ~means_one_file).add_columns(
        need.label("need"),
        func.min(need).over(partition_by=sidecar.c.id).label("most_need"),
        and_(counts, ~has_its_own).label("counts"),
    )
    among = ranked.subquery()
    return select(among.c.subject, among.c.subject_place, among.c.sidecar, among.c.sidecar_place).where(
        among.c.need == among.c.most_need, among.c.counts
    )


def _any(place: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that there is such a place.

    The offset keeps PostgreSQL from making a join of it, for which it would compare all names of a folder
    with all.
    """
    found = select(literal(1)).select_from(place).where(*conditions).offset(0)
    return exists(found.correlate_except(place, SidecarComponent, ImageComponent))


def _need(place: FromClause) -> ColumnElement[int]:
    """Return how little need a file has of a sidecar: RAWs have most, then DNGs, then other pictures."""
    image = aliased(ImageComponent)
    media_type = (
        select(image.media_type)
        .where(image.entity_id == place.c.entity_id)
        .correlate(place)
        .scalar_subquery()
    )
    return case(
        (media_type == _DNG, 1), (media_type.in_(RAW_TYPES), 0), (media_type.is_not(None), 2), else_=3
    )
