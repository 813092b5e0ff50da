"""How far finding duplicates went."""

from dataclasses import dataclass
from typing import NamedTuple


class Recall(NamedTuple):
    """How many of the pairs that comparing with everything finds were found, as far as that was tried."""

    found: int
    there: int


class MediaExtent(NamedTuple):
    """How many assets of a kind were compared with each other."""

    likeness: str
    """The class of their groups."""
    name: str
    """What one of them is called."""
    compared: int
    uncompared: int
    """Those that were not, since they lack a current fingerprint."""


@dataclass(frozen=True)
class Extent:
    """What was compared with what."""

    pictures: int = 0
    """Pictures that were compared with each other."""
    chosen: int | None = None
    """How many of them were compared with all; None if all were."""
    plain: int = 0
    """Images that were not, since they are too small or too plain."""
    unhashed: int = 0
    """Images that were not, since they lack current hashes."""
    undecodable: int = 0
    """Images that were not, since they cannot be decoded."""
    undecoded: int = 0
    """Pictures that may have the pixels of others, and could not be decoded to see."""
    hindrance: str | None = None
    """Why not, where it was not that they are out of reach."""
    altered: tuple[tuple[int, str], ...] = ()
    """Entities whose bytes turned out to be others when they were to be decoded, and what was found."""
    unseen: int = 0
    """Pictures near to others that have no preview, and are near by their hashes alone."""
    skipped: int = 0
    """Pairs of documents that were too many to be compared by their ink, and were left out."""
    recall: Recall | None = None
    """How many pairs were found of a sample's; None if everything was compared with everything."""

    media: tuple[MediaExtent, ...] = ()
    """The same of other kinds than pictures, of those that were looked at."""

    @property
    def incomparable(self) -> int:
        """Return how many images were not compared, for whatever reason."""
        return self.plain + self.unhashed + self.undecodable
