"""OpenEXR and Radiance HDR, by FFmpeg: linear light as a screen would show it, clipped at white.

Importing this module imports Pillow and numpy.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.core.content import HEAD_BYTES
from dam.core.system import Unavailable
from dam.models.image.decoders.high_range_headers import check_open_exr, open_exr_size, radiance_size
from dam.models.image.decoders.late import LatePicture, register
from dam.models.image.decoding import DecodeError

BYTES_LIMIT = 512 << 20
PIXEL_LIMIT = 60_000_000
"""Each takes 12 bytes and more while it is decoded."""
_FLOATS: dict[str, np.dtype[Any]] = {"f16le": np.dtype("<f2"), "f32le": np.dtype("<f4")}
_ROWS = 64
_ORDER = {1: (0,), 2: (0,), 3: (2, 0, 1), 4: (2, 0, 1)}
"""Where red, green and blue are among so many planes, of which the first is green; alpha is left out."""
_CURVE_STEPS = 1 << 14


class HighRangePicture(LatePicture):
    """A picture of linear light in floating point, shown in 8 bits."""

    codec: ClassVar[str]
    size_in: ClassVar[Callable[[bytes], tuple[int, int]]]

    def _open(self) -> None:
        self._become(type(self).size_in(self.file.read(HEAD_BYTES)), "RGB")

    def decoded(self) -> Image.Image:
        """Return the picture in the brightness that it has by itself."""
        if self.size[0] * self.size[1] > PIXEL_LIMIT:
            limit = f"the limit of {PIXEL_LIMIT // 1_000_000} megapixels in floating point"
            raise DecodeError(f"{self.size[0]} x {self.size[1]} pixels are more than {limit}")
        self.file.seek(0)
        data = self.file.read(BYTES_LIMIT + 1)
        if len(data) > BYTES_LIMIT:
            raise DecodeError(f"it has more than {BYTES_LIMIT >> 20} MiB")
        if self.codec == OpenExrPicture.codec:
            check_open_exr(data)
        return _shown(_first_frame(self.codec, data))


class OpenExrPicture(HighRangePicture):
    """The first part of an OpenEXR."""

    format = "EXR"
    format_description = "OpenEXR"
    codec = "exr"
    size_in = open_exr_size


class RadiancePicture(HighRangePicture):
    """A Radiance HDR."""

    format = "HDR"
    format_description = "Radiance HDR"
    codec = "hdr"
    size_in = radiance_size


def _first_frame(codec: str, data: bytes) -> Any:
    try:
        import av
    except ImportError as error:
        raise Unavailable("av", extra="video") from error
    context: Any = av.CodecContext.create(codec, "r")
    context.thread_count = 1
    context.options = {"err_detect": "explode", "max_pixels": str(PIXEL_LIMIT)}
    try:
        frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    except av.FFmpegError as error:
        raise DecodeError(f"damaged: {str(error.strerror).lower()}") from error
    if not frames:
        raise DecodeError("damaged: it holds no picture")
    return frames[0]


def _shown(frame: Any) -> Image.Image:
    kind = next((kind for name, kind in _FLOATS.items() if frame.format.name.endswith(name)), None)
    if kind is None:
        return Image.fromarray(frame.to_ndarray(format="rgb24"))
    colours = [_plane(frame, number, kind) for number in _ORDER[len(frame.planes)]]
    return Image.merge("RGB" if len(colours) == 3 else "L", [_brightened(colour) for colour in colours])


def _plane(frame: Any, number: int, kind: np.dtype[Any]) -> NDArray[Any]:
    plane = frame.planes[number]
    rows: NDArray[Any] = np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)
    return rows[: frame.height, : frame.width]


def _brightened(plane: NDArray[Any]) -> Image.Image:
    """Return linear light as sRGB has it, some rows at a time."""
    shown = np.empty(plane.shape, np.uint8)
    for start, some in _bands(plane):
        steps = np.nan_to_num(some.astype(np.float32), nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1)
        shown[start : start + _ROWS] = _CURVE[np.rint(steps * (_CURVE_STEPS - 1)).astype(np.uint16)]
    return Image.fromarray(shown)


def _bands(plane: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    return ((start, plane[start : start + _ROWS]) for start in range(0, len(plane), _ROWS))


def _curve() -> NDArray[np.uint8]:
    light = np.linspace(0, 1, _CURVE_STEPS)
    shown = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    curve: NDArray[np.uint8] = np.rint(shown * 255).astype(np.uint8)
    return curve


_CURVE = _curve()

register(OpenExrPicture.format, OpenExrPicture)
register(RadiancePicture.format, RadiancePicture)
