"""Metadata in a PNG: its own chunks, and profiles that ImageMagick writes into texts."""

import re
import zlib
from binascii import unhexlify
from contextlib import suppress

from dam.models.image.metadata.blocks import Blocks
from dam.models.image.metadata.photoshop import read_resources
from dam.models.image.metadata.window import MalformedError, Window

_CHUNKS = 50_000
_LIMIT = 4 << 20
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_XMP = "XML:com.adobe.xmp"
_PROFILE = "Raw profile type "
_TEXT_LIMIT = 10_000
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2})*")


def read_png(window: Window, blocks: Blocks) -> None:
    """Add what the chunks hold, those after the pixels too."""
    texts = _Texts(blocks)
    offset = 8
    for _ in range(_CHUNKS):
        head = window.read_up_to(offset, 8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"eXIf":
            blocks.add_exif(window.read_up_to(offset + 8, min(size, _LIMIT)))
        elif kind in _TEXTS:
            texts.take(kind, window.read_up_to(offset + 8, min(size, _LIMIT)))
        offset += 12 + size


class _Texts:
    """Takes texts, compressed or not, as long as all that were compressed are not too long together."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._room = 2 * _LIMIT

    def take(self, kind: bytes, data: bytes) -> None:
        keyword, _, rest = data.partition(b"\0")
        name = keyword.decode("latin-1")
        if kind == b"iTXt":
            is_compressed, rest = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
            raw = self._inflated(rest) if is_compressed else rest
        else:
            raw = self._inflated(rest[1:]) if kind == b"zTXt" else rest
        if name == _XMP:
            self._blocks.add_xmp(raw)
        elif name.startswith(_PROFILE):
            _read_profile(name.removeprefix(_PROFILE), raw, self._blocks)
        else:
            text = raw[:_TEXT_LIMIT].decode("utf-8" if kind == b"iTXt" else "latin-1", "replace")
            self._blocks.add_text(name, text)

    def _inflated(self, data: bytes) -> bytes:
        """Return what was compressed, as much as is taken of it."""
        if self._room <= 0:
            return b""
        try:
            inflated = zlib.decompressobj().decompress(data, min(_LIMIT, self._room))
        except zlib.error:
            return b""
        self._room -= len(inflated)
        return inflated


def _read_profile(name: str, text: bytes, blocks: Blocks) -> None:
    """Add a profile that is written in hex, below its name and its length."""
    digits = _HEX.match(b"".join(text.split()[2:]))
    data = unhexlify(digits[0]) if digits else b""
    if name in ("exif", "APP1") and data.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
        blocks.add_xmp(data.partition(b"\0")[2])
    elif name in ("exif", "APP1"):
        blocks.add_exif(data)
    elif name == "xmp":
        blocks.add_xmp(data)
    elif name in ("iptc", "8bim"):
        with suppress(MalformedError):
            read_resources(Window.of(data.removeprefix(b"Photoshop 3.0\0")), blocks)
