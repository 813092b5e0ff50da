"""Compound files as Office wrote them until 2007, with what they say about themselves."""

import struct
from collections.abc import Mapping

_SECTOR = 512
_SMALL = 64
_END, _FREE, _TABLE, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
_SUMMARY = "\x05SummaryInformation"
_EPOCH_TO_1970 = 11_644_473_600


def old_document(properties: Mapping[int, bytes], stream: str = "WordDocument", fill: int = 0) -> bytes:
    """Return a document with a stream of this name, and with these properties padded by so many bytes."""
    summary = property_set(properties) + bytes(fill)
    is_small = len(summary) < 4096
    own = summary.ljust(-(-len(summary) // _SECTOR) * _SECTOR, b"\0")
    sectors = len(own) // _SECTOR
    # Sector 0 is the table, 1 the directory, 2 the table of small sectors; from 3 on it is the summary.
    table = [_TABLE, _END, _END, *(n + 4 for n in range(sectors - 1)), _END]
    small = [*range(1, -(-len(summary) // _SMALL)), _END] if is_small else []
    entries = [
        _entry("Root Entry", 5, below=1, start=3 if is_small else _END, size=len(own)),
        _entry(stream, 2, right=2),
        _entry(_SUMMARY, 2, start=0 if is_small else 3, size=len(summary)),
        bytes(128),
    ]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H", 62, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<8L", 1, 1, 0, 4096, 2, 1, _END, 0)
    header += struct.pack("<109L", 0, *[_FREE] * 108)
    return header + _numbers(table) + b"".join(entries) + _numbers(small) + own


def property_set(properties: Mapping[int, bytes]) -> bytes:
    """Return the stream with these properties, each as it is written."""
    at, listed, values = 8 + 8 * len(properties), b"", b""
    for name, value in properties.items():
        listed += struct.pack("<2L", name, at + len(values))
        values += value
    head = struct.pack("<2H20xL16xL", 0xFFFE, 0, 1, 48)
    return head + struct.pack("<2L", at + len(values), len(properties)) + listed + values


def text(encoded: bytes) -> bytes:
    return struct.pack("<2L", 30, len(encoded) + 2) + encoded + b"\0\0"


def wide_text(value: str) -> bytes:
    return struct.pack("<2L", 31, len(value) + 1) + value.encode("utf-16-le") + b"\0\0"


def encoding(page: int) -> bytes:
    return struct.pack("<LHH", 2, page, 0)


def number(value: int) -> bytes:
    return struct.pack("<Ll", 3, value)


def moment(timestamp: int) -> bytes:
    return struct.pack("<LQ", 64, (timestamp + _EPOCH_TO_1970) * 10_000_000)


def _entry(
    name: str, kind: int, *, right: int = _NONE, below: int = _NONE, start: int = _END, size: int = 0
) -> bytes:
    encoded = name.encode("utf-16-le")
    head = encoded.ljust(64, b"\0") + struct.pack("<HBB3L", len(encoded) + 2, kind, 1, _NONE, right, below)
    return head + bytes(36) + struct.pack("<3L", start, size, 0)


def _numbers(values: list[int]) -> bytes:
    return struct.pack(f"<{_SECTOR // 4}L", *values, *[_FREE] * (_SECTOR // 4 - len(values)))
