"""Previews: what a component is that says how an asset looks, whatever its kind is."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from dam.core.component import Component


class Preview(Component):
    """The digest under which a small picture of an asset lies in the derived store, and what it is.

    Each media kind that has previews has a component of its own, which only its own system makes.
    """

    __abstract__ = True

    digest: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        """Give each table constraints of its own."""
        return (
            CheckConstraint("length(digest) = 32", name="digest_length"),
            CheckConstraint("width > 0 AND height > 0 AND size > 0", name="positive"),
        )
