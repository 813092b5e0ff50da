"""The eight ways in which a picture can be turned and mirrored without losing a pixel."""

from enum import StrEnum


class Orientation(StrEnum):
    """How a picture is turned against another, in the words of what was done to the other to get it.

    In the order in which EXIF numbers them.
    """

    UPRIGHT = "upright"
    MIRRORED = "mirrored"
    """Left and right changed places."""
    TURNED_180 = "turned 180"
    FLIPPED = "flipped"
    """Top and bottom changed places."""
    TRANSPOSED = "transposed"
    """Mirrored at the diagonal from the top left."""
    TURNED_90 = "turned 90"
    """A quarter turn clockwise."""
    TRANSVERSED = "transversed"
    """Mirrored at the diagonal from the top right."""
    TURNED_270 = "turned 270"
    """A quarter turn counter-clockwise."""

    @property
    def exif(self) -> int:
        """Return the number that EXIF gives to it, 1 to 8."""
        return list(Orientation).index(self) + 1
