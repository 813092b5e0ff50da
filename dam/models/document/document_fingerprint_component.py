"""What documents are compared by: MinHash over shingles of words."""

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.document.shingles import Shingles

SHINGLES_LEAST = 6
"""Different shingles that a text needs to be compared: of fewer, any letter would resemble any other."""


class DocumentFingerprintComponent(Component):
    """128 least hashes of 32 bits each, the lowest byte first, and how many different shingles there are."""

    __table_args__ = (CheckConstraint("length(value) = 512", name="value_length"),)

    value: Mapped[bytes] = mapped_column(LargeBinary)
    shingles: Mapped[int] = mapped_column(BigInteger)


@system(version=2)
def fingerprint(shingles: Shingles) -> DocumentFingerprintComponent | None:
    """Fingerprint a text; nothing if it is too short to be told from others."""
    from dam.models.document.min_hash import packed, signature_of

    hashes = shingles.hashes
    if len(hashes) < SHINGLES_LEAST:
        return None
    return DocumentFingerprintComponent(value=packed(signature_of(hashes)), shingles=len(hashes))
