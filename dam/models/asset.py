"""An asset as people see it: what is asked of nearly every answer, put together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.component import Kind
from dam.errors import IntegrityError
from dam.models.content_hash_md5_component import ContentHashMD5Component
from dam.models.content_hash_sha256_component import ContentHashSHA256Component
from dam.models.file_location_component import Location, LocationState, locations_of
from dam.models.file_properties_component import FilePropertiesComponent
from dam.models.member_place import MemberPlace, describe_member_places
from dam.models.stored_copy_component import find_stored

UNKNOWN_MEDIA_TYPE = "application/octet-stream"
_STATES = frozenset(LocationState)


@dataclass(frozen=True)
class Asset:
    """An entity with its identity, its size and type, and its places."""

    entity: int
    sha256: bytes | None
    md5: bytes | None
    size: int | None
    media_type: str
    original_name: bytes | None
    in_store: bool
    locations: tuple[Location, ...]
    """All of them, open ones first."""
    members: tuple[MemberPlace, ...] = ()
    """Those inside of archives, open ones first."""

    @property
    def open_locations(self) -> tuple[Location, ...]:
        """Return the places at which the bytes are a file, as far as is known."""
        return tuple(place for place in self.locations if place.is_open)

    @property
    def open_members(self) -> tuple[MemberPlace, ...]:
        """Return the places inside of archives that are at a known place."""
        return tuple(place for place in self.members if place.is_open)

    @property
    def open_paths(self) -> list[bytes]:
        """Return where the bytes are: as files first, then inside of archives."""
        files = [place.path for place in self.open_locations]
        return files + [place.path for place in self.open_members]

    @property
    def has_bytes(self) -> bool:
        """Tell whether its bytes are in the store, in an archive, or at a known place."""
        return self.in_store or bool(self.members or self.open_locations)

    def is_new_since(self, moment: datetime) -> bool:
        """Tell whether it was at no known place before that moment, and at one since."""
        seen = [place.row.first_seen for place in self.locations]
        seen += [place.first_seen for place in self.members]
        return bool(seen) and min(seen) >= moment


def describe_assets(session: Session, kinds: Sequence[type[Kind]], entity_ids: Sequence[int]) -> list[Asset]:
    """Return these entities as assets, in the order given; each fact is read once for all."""
    basics = select(
        ContentHashSHA256Component.entity_id,
        ContentHashSHA256Component.digest,
        ContentHashMD5Component.digest,
    ).outerjoin(
        ContentHashMD5Component, ContentHashMD5Component.entity_id == ContentHashSHA256Component.entity_id
    )
    hashes = {
        entity: (sha256, md5)
        for entity, sha256, md5 in session.execute(
            basics.where(ContentHashSHA256Component.entity_id.in_(entity_ids))
        )
    }
    files = {
        row.entity_id: row
        for row in session.scalars(
            select(FilePropertiesComponent).where(FilePropertiesComponent.entity_id.in_(entity_ids))
        )
    }
    media_types = media_types_of(session, kinds, entity_ids)
    stored = find_stored(session, entity_ids)
    places = locations_of(session, entity_ids)
    members = describe_member_places(session, entity_ids)
    assets = []
    for entity in entity_ids:
        sha256, md5 = hashes.get(entity, (None, None))
        file = files.get(entity)
        asset = Asset(
            entity=entity,
            sha256=None if sha256 is None else bytes(sha256),
            md5=None if md5 is None else bytes(md5),
            size=file.size if file else None,
            media_type=media_types.get(entity, UNKNOWN_MEDIA_TYPE),
            original_name=bytes(file.original_name) if file else None,
            in_store=entity in stored,
            locations=tuple(places[entity]),
            members=tuple(members[entity]),
        )
        _require_whole(asset)
        assets.append(asset)
    return assets


def _require_whole(asset: Asset) -> None:
    """Raise IntegrityError if there is what only a row that a tool has damaged can hold."""
    states = [place.row.state for place in asset.locations]
    if (
        isinstance(asset.size, int | None)
        and isinstance(asset.media_type, str)
        and all(state in _STATES for state in states)
    ):
        return
    raise IntegrityError(f"damaged row: what is known of entity {asset.entity}")


def media_types_of(
    session: Session, kinds: Sequence[type[Kind]], entity_ids: Collection[int]
) -> dict[int, str]:
    """Return the media types of these entities, as far as they are of some kind."""
    found: dict[int, str] = {}
    for kind in kinds:
        rows = session.execute(select(kind.entity_id, kind.media_type).where(kind.entity_id.in_(entity_ids)))
        found.update(rows.all())
    return found
