"""The hash of a picture's decoded pixels."""

from hashlib import sha256

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.content import Content
from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.decoding import READ_BYTES, check_pixels, opened
from dam.models.image.orientation import displayed_orientation


class ImagePixelHashComponent(Component):
    """The SHA-256 (32 bytes) of the picture's size and of all its pixels, as displayed.

    Two files that share it show the same pixels, whatever their formats and metadata are. Colour
    profiles are not applied: the same numbers under two profiles count as the same. A gain map counts.
    """

    __table_args__ = (CheckConstraint("length(digest) = 32", name="digest_length"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)


@system(version=2, on=ImageComponent, on_demand=True)
def hash_pixels(content: Content) -> ImagePixelHashComponent | None:
    """Hash every pixel, decoded in full, in a form that is the same for all formats.

    Nothing for what one picture in 8 or 16 bits does not stand for: animations, pages, layers and icons
    of several sizes, and pictures whose decoder drops bits of the samples. Raises DecodeError if it
    cannot be decoded.
    """
    from dam.models.image.canonical_pixels import pixel_digest
    from dam.models.image.multi_picture import gain_maps
    from dam.models.image.wholeness import is_all_there_is

    with opened(content) as picture:
        check_pixels(picture)
        orientation = displayed_orientation(picture, content)
        if not is_all_there_is(picture, content):
            return None
        picture.decodermaxblock = READ_BYTES
        picture.load()
        digest = pixel_digest(picture, orientation)
        for number in gain_maps(picture):
            picture.seek(number)
            check_pixels(picture)
            digest = sha256((digest or b"") + (pixel_digest(picture, orientation) or b"")).digest()
    return ImagePixelHashComponent(digest=digest) if digest is not None else None
