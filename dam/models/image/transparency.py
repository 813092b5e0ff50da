"""Pictures of which nothing is to be seen."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


_FORMATS = frozenset(("AVIF", "GIF", "HEIF", "JPEG2000", "JXL", "PNG", "QOI", "TIFF", "WEBP"))
"""Formats whose alpha channel is always meant: in others it is often just left empty."""


def is_invisible(picture: "Image.Image", form: str | None) -> bool:
    """Tell whether every pixel of a decoded picture is wholly transparent, in a format that means it."""
    if form not in _FORMATS or not picture.has_transparency_data:
        return False
    if picture.mode in ("LA", "RGBA"):
        return _is_clear(picture)
    transparent = picture.info.get("transparency")
    if picture.mode == "P" and isinstance(transparent, int | bytes):
        # Of a palette it is known without converting a pixel.
        used = {colour for _, colour in picture.getcolors(256) or ()}
        clear = {transparent} if isinstance(transparent, int) else _clear_colours(transparent)
        return used <= clear
    return _is_clear(picture.convert("RGBA"))


def _is_clear(picture: "Image.Image") -> bool:
    return bool(picture.getchannel("A").getextrema()[1] == 0)


def _clear_colours(alphas: bytes) -> set[int]:
    return {colour for colour, alpha in enumerate(alphas) if alpha == 0}
