"""What all of these decoders are: the header is read at once, and the pixels when they are wanted.

Importing this module imports Pillow.
"""

from typing import TYPE_CHECKING, Any, BinaryIO, cast

from PIL import Image, ImageFile

if TYPE_CHECKING:
    from collections.abc import Callable


class LatePicture(ImageFile.StubImageFile):
    """A picture whose pixels somebody else decodes.

    A subclass reads the header in `_open`, where it sets the size and the mode, and decodes in `decoded`.
    """

    _wanted: tuple[int, int] | None = None

    @property
    def file(self) -> BinaryIO:
        """Give the file, which is open until the picture is decoded."""
        return cast("BinaryIO", self.fp)

    @property
    def decoded_size(self) -> tuple[int, int]:
        """Give the size that is decoded, where the picture is displayed in another one."""
        return self.size

    def decoded(self) -> Image.Image:
        """Return the pixels."""
        raise NotImplementedError

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> None:
        """Remember what is enough; a decoder may decode more."""
        self._wanted = size

    def load(self) -> Any:
        """Become the decoded picture, as Pillow's own stubs do."""
        picture = self.decoded()
        picture.load()
        self.__class__ = cast("Any", picture.__class__)
        self.__dict__ = picture.__dict__
        return picture.load()

    def _become(self, size: tuple[int, int], mode: str) -> None:
        self._size = size
        self._mode = mode


def register(name: str, decoder: "Callable[..., LatePicture]") -> None:
    """Make Pillow know the decoder of a format by that name, which opens it only when it is named."""
    # Not `register_open`, which would have every file tried with it that anybody in this process opens.
    Image.OPEN[name.upper()] = (cast("Any", decoder), lambda prefix: True)
