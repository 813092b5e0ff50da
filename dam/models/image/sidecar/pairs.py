"""Which sidecar goes with which asset: read off from their places, never written down.

A pair is two places in one folder. `a.cr2.xmp` goes with `a.cr2`; `a.xmp` goes with the files of that stem
that have no sidecar of their own: with those that cannot hold XMP themselves, as RAWs, if there are any.
"""

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, exists, literal, select, union_all
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

    Places that are open go together; so do those closed at one moment, as by a scan that missed both or
    a run that moved both into the store, as long as the asset is at no open place. Given an entity, there
    are only those in the folders in which it is or was.
    """
    kinds = [_pairs(is_open, whole, entity) for is_open in (True, False) for whole in (True, False)]
    return union_all(*kinds).subquery()


def _pairs(is_open: bool, whole_name: bool, entity: int | None) -> Select[tuple[int, int, int, int]]:
    sidecar, subject = _PLACES.alias(), _PLACES.alias()
    conditions = [
        _is_sidecar(sidecar),
        is_called_sidecar(sidecar.c.name),
        ~_is_sidecar(subject),
    ]
    if whole_name:
        conditions += [_together(subject, sidecar, is_open), _has_whole_name(subject, sidecar)]
    else:
        conditions += _is_meant_by_stem(subject, sidecar, is_open)
    if not is_open:
        again = _PLACES.alias()
        conditions.append(~_any(again, again.c.entity_id == subject.c.entity_id, again.c.closed_at.is_(None)))
    if entity is not None:
        its = _PLACES.alias()
        conditions.append(
            sidecar.c.directory_id.in_(select(its.c.directory_id).where(its.c.entity_id == entity))
        )
    return select(
        subject.c.entity_id.label("subject"),
        subject.c.id.label("subject_place"),
        sidecar.c.entity_id.label("sidecar"),
        sidecar.c.id.label("sidecar_place"),
    ).where(*conditions)


def _is_sidecar(place: FromClause) -> ColumnElement[bool]:
    return place.c.entity_id.in_(select(SidecarComponent.entity_id))


def _together(one: FromClause, other: FromClause, is_open: bool) -> ColumnElement[bool]:
    """Return the condition that two places are in one folder, and both there, or gone together."""
    when = and_(one.c.closed_at.is_(None), other.c.closed_at.is_(None))
    if not is_open:
        when = and_(one.c.closed_at == other.c.closed_at, one.c.closed_at.is_not(None))
    return and_(one.c.directory_id == other.c.directory_id, when)


def _has_whole_name(subject: FromClause, sidecar: FromClause) -> ColumnElement[bool]:
    return subject.c.name == subject_of(sidecar.c.name)


def _has_stem(subject: FromClause, sidecar: FromClause, is_open: bool) -> ColumnElement[bool]:
    return and_(_together(subject, sidecar, is_open), has_stem_of(subject.c.name, sidecar.c.name))


def _is_meant_by_stem(
    subject: FromClause, sidecar: FromClause, is_open: bool
) -> tuple[ColumnElement[bool], ...]:
    same_stem, whole, own, nearer = (_PLACES.alias() for _ in range(4))
    of_that_stem = select(same_stem.c.id).where(_has_stem(same_stem, sidecar, is_open)).correlate(sidecar)
    means_one_file = _any(whole, _together(whole, sidecar, is_open), _has_whole_name(whole, sidecar))
    has_its_own = _any(
        own,
        _together(own, subject, is_open),
        follows(own.c.name, subject.c.name),
        _has_whole_name(subject, own),
        is_called_sidecar(own.c.name),
        _is_sidecar(own),
    )
    others_need_it_more = _any(
        nearer,
        _has_stem(nearer, sidecar, is_open),
        ~_is_sidecar(nearer),
        _need(nearer) < _need(subject),
    )
    joined = joined_one_by_one(
        _has_stem(subject, sidecar, is_open).self_group(), subject.c.id, of_that_stem.scalar_subquery()
    )
    return joined, ~means_one_file, ~has_its_own, ~others_need_it_more


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
