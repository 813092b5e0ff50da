"""Which sidecar goes with which asset: read off from their places, never written down.

A pair is two places in one folder. `a.cr2.xmp` goes with `a.cr2`; `a.xmp` goes with the files of that stem
that have no sidecar of their own: with those that cannot hold XMP themselves, as RAWs, if there are any.
"""

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    exists,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from dam.core.component import table_of
from dam.models.file_location_component import FileLocationComponent
from dam.models.image import ImageComponent
from dam.models.image.raw_signatures import BY_EXTENSION, RAW_TYPES
from dam.models.image.sidecar import SidecarComponent
from dam.models.image.sidecar.name_parts import follows, has_stem_of, is_called_sidecar, subject_of

_DNG = BY_EXTENSION["dng"]
_PLACES = table_of(FileLocationComponent)


def pairs() -> FromClause:
    """Return the pairs that hold, with the columns `subject`, `sidecar` and the numbers of their places.

    Places that are open go together; so do those closed at one moment, as by a scan that missed both or
    a run that moved both into the store, as long as the asset is at no open place.
    """
    kinds = [_pairs(is_open, whole_name) for is_open in (True, False) for whole_name in (True, False)]
    return union_all(*kinds).subquery()


def _pairs(is_open: bool, whole_name: bool) -> Select[tuple[int, int, int, int]]:
    sidecar, subject = _PLACES.alias(), _PLACES.alias()
    named = _has_whole_name(subject, sidecar) if whole_name else _is_meant_by_stem(subject, sidecar, is_open)
    conditions = [
        sidecar.c.entity_id.in_(select(SidecarComponent.entity_id)),
        is_called_sidecar(sidecar.c.name),
        _together(subject, sidecar, is_open),
        subject.c.entity_id.not_in(select(SidecarComponent.entity_id)),
        named,
    ]
    if not is_open:
        again = _PLACES.alias()
        is_elsewhere = exists().where(again.c.entity_id == subject.c.entity_id, again.c.closed_at.is_(None))
        conditions.append(~is_elsewhere)
    return select(
        subject.c.entity_id.label("subject"),
        subject.c.id.label("subject_place"),
        sidecar.c.entity_id.label("sidecar"),
        sidecar.c.id.label("sidecar_place"),
    ).where(*conditions)


def _together(one: FromClause, other: FromClause, is_open: bool) -> ColumnElement[bool]:
    """Return the condition that two places are in one folder, and both there, or gone together."""
    when = and_(one.c.closed_at.is_(None), other.c.closed_at.is_(None))
    if not is_open:
        when = and_(one.c.closed_at == other.c.closed_at, one.c.closed_at.is_not(None))
    return and_(one.c.directory_id == other.c.directory_id, when)


def _has_whole_name(subject: FromClause, sidecar: FromClause) -> ColumnElement[bool]:
    return subject.c.name == subject_of(sidecar.c.name)


def _is_meant_by_stem(subject: FromClause, sidecar: FromClause, is_open: bool) -> ColumnElement[bool]:
    whole, own, nearer = _PLACES.alias(), _PLACES.alias(), _PLACES.alias()
    means_one_file = exists().where(_together(whole, sidecar, is_open), _has_whole_name(whole, sidecar))
    has_its_own = exists().where(
        _together(own, subject, is_open),
        follows(own.c.name, subject.c.name),
        _has_whole_name(subject, own),
        is_called_sidecar(own.c.name),
        own.c.entity_id.in_(select(SidecarComponent.entity_id)),
    )
    others_need_it_more = exists().where(
        _together(nearer, sidecar, is_open),
        has_stem_of(nearer.c.name, sidecar.c.name),
        nearer.c.entity_id.not_in(select(SidecarComponent.entity_id)),
        _need(nearer) < _need(subject),
    )
    return and_(
        has_stem_of(subject.c.name, sidecar.c.name), ~means_one_file, ~has_its_own, ~others_need_it_more
    )


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
