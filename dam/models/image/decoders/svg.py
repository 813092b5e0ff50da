"""SVG, drawn by resvg: no scripts, no fonts, and nothing from outside the file.

Text is not drawn: with the fonts of a machine the same file would look different on each.
Importing this module imports Pillow.
"""

import zlib
from io import BytesIO

from PIL import Image

from dam.core.system import Unavailable
from dam.models.image.decoders.late import LatePicture, register
from dam.models.image.decoders.svg_markup import Markup, read_markup
from dam.models.image.decoding import DecodeError

FORMAT = "SVG"
BYTES_LIMIT = 64 << 20
DRAWN_SIDE = 1024
"""How long the longer side is drawn at most."""
_LONGEST = 1 << 31
_GZIP = b"\x1f\x8b"


class SvgPicture(LatePicture):
    """An SVG at the size that it gives itself, drawn on white."""

    format = FORMAT
    format_description = "Scalable Vector Graphics"

    def _open(self) -> None:
        data = self.file.read(BYTES_LIMIT + 1)
        if data.startswith(_GZIP):
            data = _inflated(data)
        if len(data) > BYTES_LIMIT:
            raise DecodeError(f"it has more than {BYTES_LIMIT >> 20} MiB")
        self._markup = read_markup(data)
        size = self._markup.size
        # Without a size it is as large as what is in it, which only the renderer knows.
        self._become(_whole(size) if size else _drawn(self._markup, (DRAWN_SIDE // 2, None)).size, "RGB")

    @property
    def decoded_size(self) -> tuple[int, int]:
        """Give the size in which it is drawn."""
        scale = min(1.0, DRAWN_SIDE / max(self.size))
        return max(1, round(self.size[0] * scale)), max(1, round(self.size[1] * scale))

    def decoded(self) -> Image.Image:
        """Return the drawing."""
        width, height = self.decoded_size
        # The renderer keeps the shape: of one side it makes the other.
        return _drawn(self._markup, (width, None) if width >= height else (None, height))


def _inflated(data: bytes) -> bytes:
    """Return what is compressed, up to one byte more than is allowed."""
    inflating = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        inside = inflating.decompress(data, BYTES_LIMIT + 1)
    except zlib.error as error:
        raise DecodeError("damaged: it cannot be decompressed") from error
    if not inflating.eof and len(inside) <= BYTES_LIMIT:
        raise DecodeError("truncated: it ends too early")
    return inside


def _whole(size: tuple[float, float]) -> tuple[int, int]:
    return min(_LONGEST, max(1, round(size[0]))), min(_LONGEST, max(1, round(size[1])))


def _drawn(markup: Markup, size: tuple[int | None, int | None]) -> Image.Image:
    try:
        import resvg_py
    except ImportError as error:
        raise Unavailable("resvg_py", extra="image") from error
    width, height = size
    png = resvg_py.svg_to_bytes(
        svg_string=markup.text,
        width=width,
        height=height,
        background="white",
        dpi=96.0,
        skip_system_fonts=True,
    )
    return Image.open(BytesIO(bytes(png)), formats=["PNG"]).convert("RGB")


register(FORMAT, SvgPicture)
