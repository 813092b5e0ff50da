"""Where to look for documents that are a part of others: a sample of their shingles."""

from typing import ClassVar

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.document.shingles import Shingles


class DocumentShingleComponent(Component):
    """The hash of a shingle; of all shingles one in 32 is kept, the same ones in every text."""

    is_index: ClassVar[bool] = True

    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = (
        Index("ix_document_shingle_hash", "hash", "entity_id"),
        {"sqlite_with_rowid": False},
    )


@system(version=2)
def sample_shingles(shingles: Shingles) -> tuple[DocumentShingleComponent, ...]:
    """Choose the shingles that are kept; nothing for most texts of a few lines."""
    from dam.models.document.min_hash import sample_of

    return tuple(DocumentShingleComponent(hash=value) for value in sample_of(shingles.hashes))
