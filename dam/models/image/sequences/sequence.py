"""How many pictures a file shows one after the other."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from dam.core.content import Content
from dam.models.image.metadata.window import MalformedError, Window

if TYPE_CHECKING:
    from PIL import ImageFile


class Sequence(NamedTuple):
    """So many pictures, and how long they are shown, in seconds; None for pages, which nobody turns."""

    length: int
    duration: float | None = None


def sequence_in(picture: "ImageFile.ImageFile", content: Content) -> Sequence | None:
    """Return what follows each other in the file of a picture that was opened, None if it is just one.

    Of a file that is broken, nothing.
    """
    found = _COUNTERS.get(picture.format or "", _alone)(picture, content)
    return found if found is not None and found.length > 1 else None


def _alone(picture: "ImageFile.ImageFile", content: Content) -> None:
    return None


def _by(module: str) -> "Callable[[ImageFile.ImageFile, Content], Sequence | None]":
    """Return the counter of a format, imported when a picture of it comes."""

    def counted(picture: "ImageFile.ImageFile", content: Content) -> Sequence | None:
        from importlib import import_module

        with content.open() as file:
            try:
                found: Sequence | None = import_module(f"dam.models.image.sequences.{module}").counted(
                    Window(file, content.size)
                )
            except MalformedError:
                return None
        return found

    return counted


def _by_pillow(picture: "ImageFile.ImageFile", content: Content) -> Sequence:
    """Count where the number stands in the header that Pillow has read."""
    return Sequence(int(getattr(picture, "n_frames", 1)))


_COUNTERS: "Mapping[str, Callable[[ImageFile.ImageFile, Content], Sequence | None]]" = {
    "AVIF": _by("movies"),
    "DCX": _by_pillow,
    "GIF": _by("gif"),
    "HEIF": lambda picture, content: _by("movies")(picture, content) or _by_pillow(picture, content),
    "PNG": _by("png"),
    "TIFF": _by("tiff"),
    "WEBP": _by("webp"),
}
