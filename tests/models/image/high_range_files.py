"""Pictures of high dynamic range, made in code without compression: OpenEXR and Radiance HDR."""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_HALF = 1


def open_exr(light: NDArray[np.float32], *, flags: int = 0) -> bytes:
    """Return red, green and blue light as a picture of half floats, line by line."""
    height, width, _ = light.shape
    window = struct.pack("<4l", 0, 0, width - 1, height - 1)
    channels = b"".join(name + b"\0" + struct.pack("<lB3x2l", _HALF, 0, 1, 1) for name in (b"B", b"G", b"R"))
    header = struct.pack("<2L", 20000630, 2 | flags) + b"".join(
        _attribute(name, kind, value)
        for name, kind, value in (
            (b"channels", b"chlist", channels + b"\0"),
            (b"compression", b"compression", b"\0"),
            (b"dataWindow", b"box2i", window),
            (b"displayWindow", b"box2i", window),
            (b"lineOrder", b"lineOrder", b"\0"),
            (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
            (b"screenWindowCenter", b"v2f", bytes(8)),
            (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
        )
    )
    start = len(header) + 1 + 8 * height
    lines = [light[row, :, ::-1].T.astype("<f2").tobytes() for row in range(height)]
    blocks = [struct.pack("<lL", row, len(line)) + line for row, line in enumerate(lines)]
    places = struct.pack(f"<{height}Q", *(start + row * len(blocks[0]) for row in range(height)))
    return header + b"\0" + places + b"".join(blocks)


def radiance(light: NDArray[np.float32], header: Sequence[str] = ()) -> bytes:
    """Return red, green and blue light as four bytes a pixel."""
    height, width, _ = light.shape
    mantissa, exponent = np.frexp(light.max(axis=2))
    scale = np.where(light.max(axis=2) > 1e-32, mantissa * 256 / np.maximum(light.max(axis=2), 1e-32), 0)
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[:, :, :3] = (light * scale[:, :, None]).clip(0, 255)
    pixels[:, :, 3] = np.where(scale > 0, exponent + 128, 0)
    lines = ["#?RADIANCE", *header, "FORMAT=32-bit_rle_rgbe", "", f"-Y {height} +X {width}", ""]
    return "\n".join(lines).encode() + pixels.tobytes()


def ramp(width: int = 64, height: int = 48, brightest: float = 2.0) -> NDArray[np.float32]:
    """Return light that grows from left to right in red, and downwards in green."""
    light = np.zeros((height, width, 3), np.float32)
    light[:, :, 0] = np.linspace(0, brightest, width)
    light[:, :, 1] = np.linspace(0, brightest, height)[:, None]
    light[:, :, 2] = 0.25
    return light


def _attribute(name: bytes, kind: bytes, value: bytes) -> bytes:
    return name + b"\0" + kind + b"\0" + struct.pack("<L", len(value)) + value
