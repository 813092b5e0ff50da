"""Whether the pixels that Pillow decodes are all that a file holds to be seen.

Pillow gives the first of several pictures, and has no mode for colours of more than 8 bits: it drops
the rest of each sample without a word.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from dam.core.content import Content
from dam.models.image.multi_picture import has_other_views

if TYPE_CHECKING:
    from PIL import ImageFile

_BITS_PER_SAMPLE = 258
_PHOTOMETRIC = 262
_SIZE_OF_CODESTREAM = b"\xff\x4f\xff\x51"
_KEPT_WHOLE = frozenset(
    ("BMP", "DCX", "DIB", "FLI", "GBR", "GIF", "IM", "IMT", "JPEG", "MPO", "MSP", "PCX", "PSD", "QOI")
) | frozenset(("SPIDER", "SUN", "TGA", "WEBP", "XBM", "XPM"))
"""Formats of which Pillow decodes every bit, whatever the file."""


def is_all_there_is(picture: "ImageFile.ImageFile", content: Content) -> bool:
    """Tell whether the picture is the only one in its file and is decoded without losing bits.

    A gain map is no other picture. Where that is not known, it is not so.
    """
    if _has_others(picture):
        return False
    if picture.format in _KEPT_WHOLE:
        return True
    keeps_all = _CHECKS.get(picture.format or "")
    return keeps_all is not None and keeps_all(picture, content)


def _has_others(picture: "ImageFile.ImageFile") -> bool:
    if picture.format == "MPO":
        return has_other_views(picture)
    if getattr(picture, "is_animated", False):
        return True
    return picture.format == "HEIF" and getattr(picture, "n_frames", 1) > 1


def _png(picture: "ImageFile.ImageFile", content: Content) -> bool:
    return picture.mode == "I;16" or not any(";16" in mode for mode in _raw_modes(picture))


def _tiff(picture: "ImageFile.ImageFile", content: Content) -> bool:
    tags = picture.tag_v2  # type: ignore[attr-defined]
    if tags.get(_PHOTOMETRIC) == 0 and picture.mode.startswith("I"):
        return False  # White is zero, but Pillow turns only 8 bits round.
    return bool(max(tags.get(_BITS_PER_SAMPLE, (1,))) <= (8 if len(picture.getbands()) > 1 else 32))


def _ppm(picture: "ImageFile.ImageFile", content: Content) -> bool:
    largest = [one for tile in picture.tile for one in tile.args or () if isinstance(one, int)]
    return len(picture.getbands()) == 1 or max(largest, default=255) <= 255


def _sgi(picture: "ImageFile.ImageFile", content: Content) -> bool:
    return content.head(4)[3] == 1


def _fits(picture: "ImageFile.ImageFile", content: Content) -> bool:
    return not any("64" in mode for mode in _raw_modes(picture))


def _jpeg2000(picture: "ImageFile.ImageFile", content: Content) -> bool:
    """Read the samples' precisions, which stand in the first marker of the codestream."""
    head = content.head()
    start = head.find(_SIZE_OF_CODESTREAM) + len(_SIZE_OF_CODESTREAM)
    if start < len(_SIZE_OF_CODESTREAM) or len(head) < start + 38:
        return False
    count = int.from_bytes(head[start + 36 : start + 38], "big")
    bits = [(byte & 0x7F) + 1 for byte in head[start + 38 : start + 38 + 3 * count : 3]]
    return len(bits) == count and max(bits, default=99) <= (16 if picture.mode == "I;16" else 8)


def _avif(picture: "ImageFile.ImageFile", content: Content) -> bool:
    """Read from the codec's configuration, of which there may be several, that no sample has 10 bits."""
    configurations = content.head().split(b"av1C")[1:]
    return bool(configurations) and all(len(one) > 2 and not one[2] & 0x40 for one in configurations)


def _heif(picture: "ImageFile.ImageFile", content: Content) -> bool:
    return picture.info.get("bit_depth") == 8


def _raw_modes(picture: "ImageFile.ImageFile") -> list[str]:
    """Return how the samples lie in the file, as Pillow names it."""
    arguments = [tile.args if isinstance(tile.args, tuple) else (tile.args,) for tile in picture.tile]
    return [one for many in arguments for one in many if isinstance(one, str)]


_CHECKS: Mapping[str, Callable[["ImageFile.ImageFile", Content], bool]] = {
    "AVIF": _avif,
    "FITS": _fits,
    "HEIF": _heif,
    "JPEG2000": _jpeg2000,
    "PNG": _png,
    "PPM": _ppm,
    "SGI": _sgi,
    "TIFF": _tiff,
}
"""What tells whether it does of one file; icons and textures stand nowhere, and are never whole."""
