"""The names that stand in the first bytes of a ZIP file, each before its member."""

import struct
from collections.abc import Iterator

_SIGNATURE = b"PK\x03\x04"
_FIELDS = struct.Struct("<4xHHH4x4xIIHH")
"""Version, flags, method; sizes compressed and not; lengths of the name and of the extra field."""
_SIZES_FOLLOW = 0x08
_HEADER = 30


def local_names(head: bytes) -> Iterator[bytes]:
    """Yield the names of the members that begin in `head`, and not those of ZIP files inside."""
    start = 0
    while head[start : start + 4] == _SIGNATURE and len(head) >= start + _HEADER:
        _, flags, _, compressed, _, name_length, extra_length = _FIELDS.unpack_from(head, start)
        name_end = start + _HEADER + name_length
        if name_end > len(head):
            return
        yield head[start + _HEADER : name_end]
        start = name_end + extra_length + compressed
        if flags & _SIZES_FOLLOW and not compressed:
            start = head.find(_SIGNATURE, start)
            if start < 0:
                return
