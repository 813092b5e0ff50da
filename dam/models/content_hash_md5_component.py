"""The MD5 of an entity's bytes: for lookup only, since MD5 collisions exist."""

from collections.abc import Sequence

from sqlalchemy import CheckConstraint, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.component import Component


class ContentHashMD5Component(Component):
    """The MD5 digest (16 bytes) of the entity's content."""

    digest: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)

    __table_args__ = (CheckConstraint("length(digest) = 16", name="digest_length"),)


def find_by_md5(session: Session, digest: bytes) -> Sequence[int]:
    """Return the entities with this digest, oldest first; there may be several."""
    statement = select(ContentHashMD5Component.entity_id).where(ContentHashMD5Component.digest == digest)
    return session.scalars(statement.order_by(ContentHashMD5Component.entity_id)).all()
