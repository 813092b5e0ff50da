"""Where to look for documents that are nearly the same: parts of their fingerprints."""

from typing import ClassVar

from sqlalchemy import BigInteger, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.document.document_fingerprint_component import DocumentFingerprintComponent


class DocumentBandComponent(Component):
    """A hash of four of the least hashes: texts that share any of 32 bands are worth comparing.

    Of two texts that have 80 % in common, practically all share one; of those with 20 %, one in twenty.
    """

    is_index: ClassVar[bool] = True

    band: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    hash: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_document_band_hash", "hash", "entity_id"),
        {"sqlite_with_rowid": False},
    )


@system(version=1)
def hash_bands(fingerprint: DocumentFingerprintComponent) -> tuple[DocumentBandComponent, ...]:
    """Hash each band of a fingerprint."""
    from dam.models.document.min_hash import bands_of, unpacked

    bands = bands_of(unpacked(fingerprint.value))
    return tuple(DocumentBandComponent(band=band, hash=value) for band, value in enumerate(bands))
