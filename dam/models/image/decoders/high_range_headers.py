"""How large pictures of high dynamic range are, and whether they are whole, by their headers."""

import re
import struct

from dam.models.image.decoding import DecodeError

_EXR_MAGIC = b"\x76\x2f\x31\x01"
_TILED, _DEEP, _PARTS = 0x200, 0x800, 0x1000
_RADIANCE_SIZE = re.compile(rb"\n\n-Y (\d{1,9}) \+X (\d{1,9})\n")


def open_exr_size(head: bytes) -> tuple[int, int]:
    """Return width and height of an OpenEXR; raises DecodeError if it says none."""
    flags, attributes, _ = _open_exr_header(head)
    if flags & _DEEP:
        raise DecodeError("deep data has no decoder")
    window = attributes.get(b"displayWindow", b"")
    if len(window) != 16:
        raise DecodeError("damaged: it does not say how large it is")
    left, top, right, bottom = struct.unpack("<4l", window)
    return max(0, right - left + 1), max(0, bottom - top + 1)


def check_open_exr(data: bytes) -> None:
    """Raise DecodeError if the end of an OpenEXR is missing, of which decoders show what there is."""
    flags, _, start = _open_exr_header(data)
    if flags & _PARTS:
        return  # Each part has a table of its own.
    try:
        (first,) = struct.unpack_from("<Q", data, start)
        places = struct.unpack_from(f"<{min(first - start, len(data)) // 8}Q", data, start)
        last = max(places, default=0)
        # A tile says where it is by four numbers, a block of lines by one.
        before = last + (16 if flags & _TILED else 4)
        (size,) = struct.unpack_from("<L", data, before)
    except struct.error:
        raise DecodeError("truncated: it ends too early") from None
    if before + 4 + size > len(data):
        raise DecodeError("truncated: it ends too early")


def radiance_size(head: bytes) -> tuple[int, int]:
    """Return width and height of a Radiance HDR; raises DecodeError if it says none, or is turned."""
    found = _RADIANCE_SIZE.search(head.replace(b"\r", b""))
    if found is None:
        raise DecodeError("its header cannot be read: damaged, or a variant that has no decoder")
    return int(found[2]), int(found[1])


def _open_exr_header(head: bytes) -> tuple[int, dict[bytes, bytes], int]:
    """Return the flags, the attributes by name, and where the header ends."""
    if len(head) < 8 or not head.startswith(_EXR_MAGIC):
        raise DecodeError("damaged: no OpenEXR")
    found: dict[bytes, bytes] = {}
    at = 8
    while (name_end := head.find(b"\0", at)) > at:
        type_end = head.find(b"\0", name_end + 1)
        value = type_end + 5
        if type_end < 0 or value > len(head):
            break
        size = int.from_bytes(head[type_end + 1 : value], "little")
        found.setdefault(head[at:name_end], head[value : value + size])
        at = value + size
    if head[at : at + 1] != b"\0":
        raise DecodeError("truncated: it ends too early")
    return int.from_bytes(head[4:8], "little"), found, at + 1
