"""Camera RAW: as large as the camera says, and looking like the preview that the camera has put into it.

Nothing is developed: that takes seconds, and looks as each program likes.
Importing this module imports Pillow.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from PIL import Image

from dam.core.system import Unavailable
from dam.models.image.decoders.late import LatePicture, register
from dam.models.image.decoding import DecodeError
from dam.models.image.orientation import turned, turned_size

if TYPE_CHECKING:
    import rawpy

FORMAT = "RAW"
_ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}
"""What LibRaw calls a turn, and what EXIF does."""


class RawPicture(LatePicture):
    """A camera's RAW as displayed, of which only the embedded preview is decoded."""

    format = FORMAT
    format_description = "camera RAW"

    def _open(self) -> None:
        try:
            import rawpy
        except ImportError as error:
            raise Unavailable("rawpy", extra="image") from error
        try:
            self._raw = rawpy.imread(self.file)
        except rawpy.LibRawError as error:
            raise DecodeError(f"no camera raw that can be read: {_why(error)}") from error
        sizes = self._raw.sizes
        self._orientation = _ORIENTATIONS.get(sizes.flip, 1)
        self._stored_size = _cropped(sizes)
        self._become(turned_size(self._stored_size, self._orientation), "RGB")

    @property
    def decoded_size(self) -> tuple[int, int]:
        """Give the size of the preview."""
        return self._preview().size

    def decoded(self) -> Image.Image:
        """Return the preview, turned as the picture is."""
        preview = self._preview()
        preview.draft("RGB", self._wanted)
        lies_as_stored = _is_wide(preview.size) == _is_wide(self._stored_size)
        return turned(preview.convert("RGB"), self._orientation if lies_as_stored else 1)

    def _preview(self) -> Image.Image:
        import rawpy

        try:
            found = self._raw.extract_thumb()
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
            raise DecodeError(
                "it holds no preview, or is cut short before it, and raw pictures are not developed"
            ) from error
        except rawpy.LibRawError as error:
            raise DecodeError(f"its preview cannot be read: {_words(error)}") from error
        if found.format == rawpy.ThumbFormat.JPEG:
            return Image.open(BytesIO(cast("bytes", found.data)), formats=["JPEG", "MPO"])
        return Image.fromarray(cast("Any", found.data))


def _cropped(sizes: "rawpy.ImageSizes") -> tuple[int, int]:
    """Return what the camera shows: its sensors have some pixels more at the edges."""
    crop = (sizes.crop_width, sizes.crop_height)
    is_sane = 0 < crop[0] <= sizes.iwidth and 0 < crop[1] <= sizes.iheight
    return crop if is_sane else (sizes.iwidth, sizes.iheight)


def _is_wide(size: tuple[int, int]) -> bool:
    return size[0] > size[1]


def _why(error: "rawpy.LibRawError") -> str:
    """Return what is wrong with what begins as a RAW: LibRaw means the end of the file by its errors, too."""
    import rawpy

    if isinstance(error, rawpy.LibRawIOError):
        return "cut short, or damaged"
    if isinstance(error, rawpy.LibRawFileUnsupportedError):
        return "cut short, damaged, or of a camera that LibRaw does not know"
    return _words(error)


def _words(error: "rawpy.LibRawError") -> str:
    """Return what LibRaw says, which it says in bytes."""
    said: Any = error.args[0] if error.args else ""
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)
    return text.lower() or type(error).__name__


register(FORMAT, RawPicture)
