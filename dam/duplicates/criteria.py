"""What counts as nearly the same picture."""

from dataclasses import dataclass

from dam.duplicates.group import Likeness


@dataclass(frozen=True)
class Nearness:
    """The thresholds that confirm a pair of pictures, in bits: near in PDQ, or less near and in pHash too."""

    pdq: int
    pdq_with_phash: int = 0
    """The largest PDQ distance where pHash agrees; only between pictures that are not turned."""
    phash: int = 0
    """The largest pHash distance that is agreement."""

    @property
    def farthest(self) -> int:
        """Return the largest PDQ distance there can be."""
        return max(self.pdq, self.pdq_with_phash)


TIGHT = Nearness(40)
"""Leaves other encodings and sizes, and the lightest edits."""
DEFAULT = Nearness(70, 100, 14)
"""Of 15 million pairs of 103 photos and what became of them it took none wrongly; PDQ <= 80 alone took 3."""
LOOSE = Nearness(80, 100, 16)
"""Finds a little more; it took 28 of those pairs wrongly."""

SMALLEST_SIDE = 64
"""Pixels: a smaller picture is enlarged for PDQ, and rounding decides the bits of its hash."""


@dataclass(frozen=True)
class Criteria:
    """What is looked for."""

    nearness: Nearness = DEFAULT
    quality: int = 50
    """What both PDQ qualities are at least; below it the hash says little."""
    aspect: float = 1.06
    """The largest ratio of two aspect ratios: a border or a cut edge changes them by less than 1.05."""
    rotated: bool = False
    """Whether pictures that were turned or mirrored count too."""
    likenesses: frozenset[Likeness] = frozenset(Likeness)
