"""How large a JPEG XL is, by the first bits of its codestream."""

from dam.models.image.decoding import DecodeError

_SIGNATURE = b"\xff\x0a"
_BOXES = 100
_SIZE_BITS = (9, 13, 18, 30)
_RATIOS = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Shapes that need not be written out."""


def displayed_size(head: bytes) -> tuple[int, int]:
    """Return (width, height) as displayed; raises DecodeError if the header is not there."""
    bits = _Bits(_codestream(head))
    is_small = bits.take(1) == 1
    height = _side(bits, is_small)
    ratio = bits.take(3)
    over, under = _RATIOS[ratio]
    width = height * over // under if ratio else _side(bits, is_small)
    return (height, width) if _orientation(bits) >= 5 else (width, height)


class _Bits:
    """Numbers that are written the lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data[:64], "little")
        self._left = 8 * len(data[:64])

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise DecodeError("truncated: it ends too early")
        found = self._number & ((1 << count) - 1)
        self._number >>= count
        return found


def _side(bits: _Bits, is_small: bool) -> int:
    if is_small:
        return 8 * (bits.take(5) + 1)
    return bits.take(_SIZE_BITS[bits.take(2)]) + 1


def _orientation(bits: _Bits) -> int:
    all_default = bits.take(1)
    has_more = 0 if all_default else bits.take(1)
    return bits.take(3) + 1 if has_more else 1


def _codestream(head: bytes) -> bytes:
    """Return the codestream from behind its signature on, out of its container if it has one."""
    if head.startswith(_SIGNATURE):
        return head[2:]
    offset = 0
    for _ in range(_BOXES):
        size, kind = int.from_bytes(head[offset : offset + 4], "big"), head[offset + 4 : offset + 8]
        start = offset + (16 if size == 1 else 8)
        size = int.from_bytes(head[offset + 8 : offset + 16], "big") if size == 1 else size
        start += 4 if kind == b"jxlp" else 0
        if kind in (b"jxlc", b"jxlp"):
            return head[start + 2 :] if head[start : start + 2] == _SIGNATURE else b""
        if size < 8:
            break
        offset += size
    raise DecodeError("damaged: it holds no picture")
