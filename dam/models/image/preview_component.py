"""A small copy of a picture, to look at."""

from io import BytesIO

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.content import DerivedStore
from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.raster import Raster

LONGEST_SIDE = 512
_QUALITY = 80


class PreviewComponent(Component):
    """The digest under which the preview lies in the derived store, and what it is."""

    __table_args__ = (
        CheckConstraint("length(digest) = 32", name="digest_length"),
        CheckConstraint("width > 0 AND height > 0 AND size > 0", name="positive"),
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)


@system(version=1, on=ImageComponent)
def make_preview(raster: Raster, store: DerivedStore) -> PreviewComponent:
    """Keep a JPEG of the picture as displayed, at most 512 pixels long, never enlarged.

    It carries no metadata: neither the place nor the camera of the original leaks into it.
    """
    from PIL.Image import Resampling

    picture = raster.picture
    width, height = _fitted(picture.size)
    if (width, height) != picture.size:
        picture = picture.resize((width, height), Resampling.BICUBIC, reducing_gap=2.0)
    file = BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY, exif=b"", icc_profile=None, xmp=b"", comment=b"")
    data = file.getvalue()
    return PreviewComponent(
        digest=store.put_derived(data), media_type="image/jpeg", width=width, height=height, size=len(data)
    )


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, LONGEST_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
