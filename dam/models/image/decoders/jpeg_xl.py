"""JPEG XL, by libjxl. Importing this module imports Pillow and numpy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.core.content import HEAD_BYTES
from dam.core.system import Unavailable
from dam.models.image.decoders.jpeg_xl_header import displayed_size
from dam.models.image.decoders.late import LatePicture, register
from dam.models.image.decoding import DecodeError

FORMAT = "JXL"


class JpegXLPicture(LatePicture):
    """The first frame of a JPEG XL, in 8 bits."""

    format = FORMAT
    format_description = "JPEG XL"

    def _open(self) -> None:
        self._become(displayed_size(self.file.read(HEAD_BYTES)), "RGB")

    def decoded(self) -> Image.Image:
        """Return the first frame, the right way up."""
        try:
            import imagecodecs
        except ImportError as error:
            raise Unavailable("imagecodecs", extra="jpegxl") from error
        self.file.seek(0)
        try:
            samples = imagecodecs.jpegxl_decode(self.file.read(), index=0)
        except imagecodecs.JpegxlError as error:
            raise DecodeError(f"damaged: {str(error).lower()}") from error
        return _in_eight_bits(np.asarray(samples))


def _in_eight_bits(samples: NDArray[Any]) -> Image.Image:
    """Return greys or colours, with alpha where there is some."""
    if samples.dtype.kind == "f":
        samples = np.rint(np.clip(np.nan_to_num(samples), 0, 1) * 255).astype(np.uint8)
    elif samples.dtype == np.uint16:
        samples = (samples >> 8).astype(np.uint8)
    if samples.ndim == 3 and samples.shape[2] not in (2, 3, 4):
        samples = samples[:, :, 0]
    return Image.fromarray(np.ascontiguousarray(samples))


register(FORMAT, JpegXLPicture)
