"""The SHA-256 of an entity's bytes: its identity."""

from collections.abc import Collection, Sequence

from sqlalchemy import CheckConstraint, LargeBinary, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.component import Component, Entity
from dam.core.database import insert_or_ignore


class ContentHashSHA256Component(Component):
    """The SHA-256 digest (32 bytes) of the entity's content. No two entities share one."""

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)

    __table_args__ = (CheckConstraint("length(digest) = 32", name="digest_length"),)


def find_by_sha256(session: Session, digests: Collection[bytes]) -> dict[bytes, int]:
    """Return the entities that have these digests; digests nobody has are left out."""
    statement = select(ContentHashSHA256Component.digest, ContentHashSHA256Component.entity_id)
    rows = session.execute(statement.where(ContentHashSHA256Component.digest.in_(digests)))
    return {bytes(digest): entity_id for digest, entity_id in rows}


def get_or_add_by_sha256(session: Session, digests: Collection[bytes]) -> dict[bytes, tuple[int, bool]]:
    """Return the entity of each digest and whether it was added by this call.

    New entities are numbered in the order of `digests`. Safe against other processes that add the same
    content at the same time: digests are claimed in sorted order, and whoever comes second gets the
    first one's entity.
    """
    found = find_by_sha256(session, digests)
    missing = [digest for digest in dict.fromkeys(digests) if digest not in found]
    if not missing:
        return {digest: (entity_id, False) for digest, entity_id in found.items()}
    fresh = sorted(_new_entities(session, len(missing)))
    claims = [{"entity_id": e, "digest": digest} for e, digest in zip(fresh, missing, strict=True)]
    session.execute(
        insert_or_ignore(session, ContentHashSHA256Component),
        sorted(claims, key=lambda claim: claim["digest"]),  # type: ignore[arg-type, return-value]
    )
    claimed = find_by_sha256(session, missing)
    lost = set(fresh) - set(claimed.values())
    if lost:
        session.execute(delete(Entity).where(Entity.id.in_(lost)))
    added = {digest: (entity_id, entity_id in fresh) for digest, entity_id in claimed.items()}
    return {digest: (entity_id, False) for digest, entity_id in found.items()} | added


def _new_entities(session: Session, count: int) -> Sequence[int]:
    """Return the ids of `count` new entities."""
    return session.scalars(insert(Entity).returning(Entity.id), [{} for _ in range(count)]).all()


def digests_of(session: Session, entity_ids: Collection[int]) -> dict[int, bytes]:
    """Return the digests of these entities."""
    statement = select(ContentHashSHA256Component.entity_id, ContentHashSHA256Component.digest)
    rows = session.execute(statement.where(ContentHashSHA256Component.entity_id.in_(entity_ids)))
    return {entity_id: bytes(digest) for entity_id, digest in rows}
