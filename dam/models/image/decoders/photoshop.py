"""Photoshop's documents that Pillow does not read: of 16 and 32 bits, and large ones (PSB).

What is read is the picture that Photoshop has put together of all layers, which nearly all documents
have. Importing this module imports Pillow and numpy.
"""

import struct
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.models.image.decoders.late import LatePicture, register
from dam.models.image.decoding import DecodeError

FORMAT = "PSD16"
_HEADER = struct.Struct(">4sH6xHIIHH")
_RAW, _RLE = 0, 1
_CHANNELS = {0: 1, 1: 1, 2: 1, 3: 3, 4: 4, 7: 1, 8: 1, 9: 3}
"""How many channels show the picture, by colour mode; more are masks, transparency and spot colours."""
_MODES = {3: "RGB", 4: "CMYK", 9: "LAB"}
_INDEXED, _CMYK, _LAB = 2, 4, 9
_Plane = NDArray[np.uint8]


class DocumentPicture(LatePicture):
    """A document's composite picture, in 8 bits."""

    format = FORMAT
    format_description = "Adobe Photoshop"

    def _open(self) -> None:
        magic, version, channels, height, width, depth, colours = _HEADER.unpack(self.file.read(26))
        if (
            magic != b"8BPS"
            or version not in (1, 2)
            or depth not in (1, 8, 16, 32)
            or colours not in _CHANNELS
        ):
            raise DecodeError("no photoshop document that can be read")
        if channels < _CHANNELS[colours]:
            raise DecodeError("damaged: channels are missing")
        self._layout = (version, channels, depth, colours)
        self._become((width, height), _MODES.get(colours, "L"))

    def decoded(self) -> Image.Image:
        """Return the composite."""
        version, channels, depth, colours = self._layout
        palette = self._section(4)
        self._skip(4)
        self._skip(8 if version == 2 else 4)
        (compression,) = struct.unpack(">H", self.file.read(2))
        if compression not in (_RAW, _RLE):
            raise DecodeError("its picture is compressed in a way that is not read")
        shown = _CHANNELS[colours]
        row = (self.width * depth + 7) // 8
        if compression == _RLE:
            counts = np.frombuffer(self._exactly(channels * self.height * 2 * version), f">u{2 * version}")
            sizes = counts.reshape(channels, self.height).sum(axis=1, dtype=np.int64)
            stored = [_unpacked(self._exactly(int(size)), (row, self.height)) for size in sizes[:shown]]
        else:
            stored = [np.frombuffer(self._exactly(row * self.height), np.uint8) for _ in range(shown)]
        planes = [_in_eight_bits(one.reshape(self.height, row), depth, self.width) for one in stored]
        return _together(planes, colours, palette)

    def _section(self, width: int) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(width), "big"))

    def _skip(self, width: int) -> None:
        self.file.seek(int.from_bytes(self._exactly(width), "big"), 1)

    def _exactly(self, count: int) -> bytes:
        data = self.file.read(count)
        if len(data) < count:
            raise DecodeError("truncated: it ends too early")
        return data


def _unpacked(data: bytes, size: tuple[int, int]) -> _Plane:
    """Return rows of bytes that were packed each for itself."""
    return np.asarray(Image.frombytes("L", size, data, "packbits", "L")).reshape(-1)


def _in_eight_bits(rows: _Plane, depth: int, width: int) -> _Plane:
    if depth == 1:
        return np.where(np.unpackbits(rows, axis=1)[:, :width], np.uint8(0), np.uint8(255))
    if depth == 8:
        return rows
    if depth == 16:
        return np.ascontiguousarray(rows[:, ::2])
    # Light as it is: what screens are given is its root, nearly.
    light = np.nan_to_num(rows.view(">f4").astype(np.float32), nan=0.0)
    light = np.clip(light, 0, 1)
    curved = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    levels: _Plane = np.rint(curved * 255).astype(np.uint8)
    return levels


def _together(planes: list[_Plane], colours: int, palette: bytes) -> Image.Image:
    if colours == _INDEXED and len(palette) >= 768:
        table = np.frombuffer(palette[:768], np.uint8).reshape(3, 256)
        planes = [channel[planes[0]] for channel in table]
    if colours == _CMYK:
        planes = [255 - plane for plane in planes]
    if colours == _LAB:
        planes = [planes[0], *(np.bitwise_xor(plane, np.uint8(0x80)) for plane in planes[1:])]
    parts = [Image.fromarray(np.ascontiguousarray(plane)) for plane in planes]
    if len(parts) == 1:
        return parts[0]
    mode = "RGB" if colours == _INDEXED else _MODES[colours]
    return _rgb_of_lab(Image.merge("LAB", parts)) if colours == _LAB else Image.merge(mode, parts)


def _rgb_of_lab(picture: Image.Image) -> Image.Image:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
    return cast("Image.Image", converted)


register(FORMAT, DocumentPicture)
