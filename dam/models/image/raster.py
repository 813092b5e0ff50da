"""The decoded picture: one decode per visit, shared by every system that looks at pixels."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dam.core.content import Content
from dam.core.system import resource
from dam.models.image.decoding import READ_BYTES, check_pixels, opened
from dam.models.image.deep_greys import in_eight_bits, is_deep
from dam.models.image.orientation import displayed_orientation, turned, turned_size
from dam.models.image.transparency import is_invisible

if TYPE_CHECKING:
    from PIL import Image

SHORT_SIDE = 512
"""A large JPEG is decoded at the smallest scale whose short side is still this long."""


@dataclass(frozen=True)
class Raster:
    """A picture as displayed, in RGB."""

    picture: "Image.Image"
    """The pixels; fewer than displayed if `displayed_size` says so. Never change it: others see it."""

    displayed_size: tuple[int, int]
    """(width, height) of the full picture as displayed."""

    content: Content | None = None
    """What it was decoded from."""

    orientation: int = 1
    """How it was turned since, as EXIF numbers it."""

    clipped: "Image.Image | None" = None
    """A picture of more than 8 bits as Pillow clips it, where that is another one."""

    @property
    def is_scaled(self) -> bool:
        """Tell whether the picture has fewer pixels than it is displayed with."""
        return self.picture.size != self.displayed_size

    @cached_property
    def grey(self) -> "Image.Image":
        """The pixels in mode L as ImageHash takes them, converted once for all who ask."""
        return (self.clipped or self.picture).convert("L")

    def in_full(self) -> "Raster":
        """Return the picture with all its pixels, decoded again if it was scaled."""
        if self.content is None or not self.is_scaled:
            return self
        whole = _decoded(self.content, None)
        return whole if self.orientation == 1 else whole.turned(self.orientation)

    def turned(self, orientation: int) -> "Raster":
        """Return what was decoded, turned the way that EXIF gives this number."""
        size = turned_size(self.displayed_size, orientation)
        clipped = None if self.clipped is None else turned(self.clipped, orientation)
        return Raster(turned(self.picture, orientation), size, self.content, orientation, clipped)


@resource
def raster(content: Content) -> Raster:
    """Decode the first frame or primary picture, turned the way it is displayed.

    Only a JPEG of 1024 pixels or more on its short side comes smaller than it is, by 2, 4 or 8.
    Transparency is dropped, not blended, but a picture that is transparent everywhere is black everywhere:
    what nobody can see resembles nothing. Of 16 bits the upper 8 are kept. Raises DecodeError if it cannot
    be decoded.
    """
    return _decoded(content, SHORT_SIDE)


def _decoded(content: Content, short_side: int | None) -> Raster:
    """Decode a picture, scaled if it is a JPEG and a `short_side` is enough."""
    with opened(content) as picture:
        check_pixels(picture)
        orientation = displayed_orientation(picture, content)
        displayed_size = turned_size(picture.size, orientation)
        picture.decodermaxblock = READ_BYTES
        if short_side is not None:
            picture.draft("RGB", (short_side, short_side))
        form = picture.format
        picture.load()
        rgb = _blank(picture.size) if is_invisible(picture, form) else _in_rgb(picture)
        if is_deep(picture):
            whole = in_eight_bits(picture).convert("RGB")
            clipped = turned(rgb, orientation)
            return Raster(turned(whole, orientation), displayed_size, content, clipped=clipped)
        return Raster(turned(rgb, orientation), displayed_size, content)


def _in_rgb(picture: "Image.Image") -> "Image.Image":
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _blank(size: tuple[int, int]) -> "Image.Image":
    from PIL import Image

    return Image.new("RGB", size)
