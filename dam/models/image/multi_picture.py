"""What follows the first picture of a JPEG: other views of the scene, small copies, or a gain map.

A gain map says how much brighter than usual each part may be shown, on screens that can.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import ImageFile

_MP_ENTRIES = 0xB002
_MARKS = (b"hdrgainmap", b"http://ns.adobe.com/hdr-gain-map/", b"urn:iso:std:iso:ts:21496:-1")
"""What Apple, Adobe and Google, and ISO write into gain maps."""


def has_other_views(picture: "ImageFile.ImageFile") -> bool:
    """Tell whether the file shows more than the first picture, small copies and gain maps apart."""
    maps = set(gain_maps(picture))
    return not all(_is_copy(entry) or number in maps for number, entry in _others(picture))


def gain_maps(picture: "ImageFile.ImageFile") -> list[int]:
    """Return which pictures are gain maps, as `seek` numbers them; the first picture stays chosen."""
    untold = [number for number, entry in _others(picture) if _type(entry) == "Undefined"]
    found = [number for number in untold if _is_gain_map(picture, number)]
    if untold:
        picture.seek(0)
    return found


def _others(picture: "ImageFile.ImageFile") -> list[tuple[int, Mapping[str, Any]]]:
    if picture.format != "MPO":
        return []
    return list(enumerate(picture.mpinfo[_MP_ENTRIES]))[1:]  # type: ignore[attr-defined]


def _type(entry: Mapping[str, Any]) -> str:
    return str(entry["Attribute"]["MPType"])


def _is_copy(entry: Mapping[str, Any]) -> bool:
    """Tell the small copies that cameras put behind a JPEG from second views of the scene."""
    return _type(entry).startswith("Large Thumbnail")


def _is_gain_map(picture: "ImageFile.ImageFile", number: int) -> bool:
    try:
        picture.seek(number)
    except (ValueError, EOFError, SyntaxError):
        return False  # It is not where it should be.
    segments: list[tuple[str, bytes]] = picture.applist  # type: ignore[attr-defined]
    return any(mark in data for _, data in segments for mark in _MARKS)
