"""Previews: what a component is that says how an asset looks, whatever its kind is."""

from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from dam.core.component import Component

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE = 512
SHORTEST_LONG_SIDE = 448
"""What the longer side of a preview is at least, unless the picture itself is smaller."""
_QUALITY = 80


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


class MadePreview(NamedTuple):
    """The bytes of a preview, and what its component says of them."""

    data: bytes
    facts: dict[str, Any]


def jpeg_preview(picture: "Image.Image") -> MadePreview:
    """Return a JPEG of an RGB picture, 448 to 512 pixels long, never enlarged.

    It carries no metadata: neither the place nor the camera of the original leaks into it.
    """
    small = _shrunk(picture)
    width, height = small.size
    file = BytesIO()
    small.save(file, "JPEG", quality=_QUALITY, exif=b"", icc_profile=None, xmp=b"", comment=b"")
    data = file.getvalue()
    return MadePreview(
        data, {"media_type": "image/jpeg", "width": width, "height": height, "size": len(data)}
    )


def _shrunk(picture: "Image.Image") -> "Image.Image":
    from PIL.Image import Resampling

    longest = max(picture.size)
    factor = ceil(longest / LONGEST_SIDE)
    if factor == 1:
        return picture
    if longest >= factor * SHORTEST_LONG_SIDE:
        # Averaging whole squares of pixels takes a seventh of the time that any other filter does.
        return picture.reduce(factor)
    return picture.resize(_fitted(picture.size), Resampling.HAMMING, reducing_gap=1.0)


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    scale = LONGEST_SIDE / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
