"""Pixels in a form that does not depend on how a file keeps them, hashed in bands.

Importing this module imports numpy: systems do it when they run.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dam.models.image.orientation import stored_box, turned, turned_size

if TYPE_CHECKING:
    from PIL import Image

BAND = 1 << 18
"""How many pixels are copied at a time."""

_SAMPLES = {"CMYK": "|u1", "YCbCr": "|u1", "LAB": "|u1", "HSV": "|u1", "I": ">i4", "F": ">f4"}
"""How samples of modes that stay as they are, are written."""


def pixel_digest(picture: "Image.Image", orientation: int) -> bytes | None:
    """Return the SHA-256 of a decoded picture as displayed; None if its samples cannot be told exactly.

    Hashed are the format, the width and the height in a line of text, and then the samples row by row:

    - `RGB8` for whatever 8 bits of red, green and blue say exactly: greys, palettes, bilevel pictures,
      opaque alpha channels, and 16-bit greys that are 8-bit greys times 257.
    - `RGBA8` if any pixel is not opaque. Colours count below full transparency, too: they can be had back.
    - `L16` for other 16-bit greys, the high byte first.
    - Other colours and numbers, such as CMYK, are never equal to any of those.
    """
    bands = _Bands(picture, orientation)
    deep = picture.mode.startswith("I;16") or (picture.mode == "I" and picture.format == "PPM")
    if deep and "transparency" in picture.info:
        return None
    if deep and bands.all(_is_repeated):
        return bands.hashed("RGB8", _rgb_of_repeated)
    if deep:
        return bands.hashed("L16", _deep)
    if picture.has_transparency_data:
        return bands.hashed("RGB8", _rgb) if bands.all(_is_opaque) else bands.hashed("RGBA8", _rgba)
    if picture.mode in ("1", "L", "P", "RGB", "RGBX"):
        return bands.hashed("RGB8", _rgb)
    order = _SAMPLES.get(picture.mode)
    return bands.hashed(picture.mode, lambda band: _array(band).astype(order).tobytes()) if order else None


class _Bands:
    """A picture as displayed, a piece at a time: pieces of rows, or rows."""

    def __init__(self, picture: "Image.Image", orientation: int) -> None:
        self._picture = picture
        self._orientation = orientation
        self._size = turned_size(picture.size, orientation)

    def hashed(self, samples: str, written: "Callable[[Image.Image], bytes]") -> bytes:
        width, height = self._size
        digest = hashlib.sha256(f"{samples} {width} {height}\n".encode())
        for band in self:
            digest.update(written(band))
        return digest.digest()

    def all(self, holds: "Callable[[Image.Image], bool]") -> bool:
        return all(holds(band) for band in self)

    def __iter__(self) -> "Iterator[Image.Image]":
        width, height = self._size
        rows = max(1, BAND // width)
        for top in range(0, height, rows):
            for left in range(0, width, BAND):
                box = (left, top, min(left + BAND, width), min(top + rows, height))
                piece = self._picture.crop(stored_box(box, self._size, self._orientation))
                yield turned(piece, self._orientation)


def _rgb(band: "Image.Image") -> bytes:
    return _as(band, "RGB").tobytes()


def _rgba(band: "Image.Image") -> bytes:
    return _as(band, "RGBA").tobytes()


def _is_opaque(band: "Image.Image") -> bool:
    alpha = band.getchannel("A") if band.mode in ("LA", "RGBA") else _as(band, "RGBA").getchannel("A")
    return bool(alpha.getextrema()[0] == 255)


def _as(band: "Image.Image", mode: str) -> "Image.Image":
    return band if band.mode == mode else band.convert(mode)


def _array(band: "Image.Image") -> npt.NDArray[Any]:
    return np.asarray(band)


def _deep(band: "Image.Image") -> bytes:
    return _array(band).astype(">u2").tobytes()


def _is_repeated(band: "Image.Image") -> bool:
    """Tell whether both bytes of every sample are equal: that is a grey of 8 bits times 257."""
    samples = _array(band)
    return bool((samples % 257 == 0).all())


def _rgb_of_repeated(band: "Image.Image") -> bytes:
    greys = (_array(band) // 257).astype(np.uint8)
    return np.repeat(greys, 3).tobytes()
