"""What is looked for, and what counts as nearly the same picture."""

from dataclasses import dataclass

from dam.core.component import Kind
from dam.core.matcher import Strictness
from dam.duplicates.group import Likeness
from dam.models.image import ImageComponent
from dam.search.image_fingerprints import SOUND_QUALITY, SOUND_SIDE


@dataclass(frozen=True)
class Nearness:
    """The thresholds that confirm a pair of pictures.

    The hashes are taken together, since they are independent witnesses: `total` is the sum of their
    distances as if each had 256 bits, which is PDQ + 4 pHash + 4 dHash.
    """

    pdq: int
    """The largest PDQ distance in bits."""
    total: int | None = None
    """The largest sum; None if PDQ decides alone."""
    total_if_plain: int = 100
    """The largest sum if one of the pictures has too little structure for PDQ to be trusted."""
    pdq_if_turned: int = 70
    """The largest PDQ distance where PDQ decides alone: of turned pictures, and of those of which the 64-bit
    hashes say nothing."""
    looks: bool = True
    """Whether previews decide where hashes cannot: plain pictures that look the same are near, and documents
    with other ink are not."""


TIGHT = Nearness(100, 120, pdq_if_turned=40)
"""Leaves other encodings and sizes, and light edits."""
DEFAULT = Nearness(100, 205)
"""Took none wrongly of 132 million pairs of photos and what became of them, and 3 of 47 million pairs of
parts of photos; PDQ <= 80 alone took 3 and 9, and found less."""
LOOSE = Nearness(110, 220, pdq_if_turned=80)
"""Finds a little more, and took 1 and 6 of those pairs wrongly."""

SMALLEST_SIDE = 32
"""Pixels: a smaller picture is enlarged so much for PDQ that rounding decides the bits of its hash.

That is less than `SOUND_SIDE`, as other hashes have to agree."""
PLAINEST = 10
"""The PDQ quality below which pictures are too plain to be compared."""


@dataclass(frozen=True)
class Criteria:
    """What is looked for."""

    nearness: Nearness = DEFAULT
    quality: int = SOUND_QUALITY
    """The PDQ quality below which a picture counts as plain."""
    aspect: float = 1.06
    """The largest ratio of two aspect ratios: a border or a cut edge changes them by less than 1.05."""
    rotated: bool = False
    """Whether pictures that were turned or mirrored count too."""
    likenesses: frozenset[str] | None = None
    """Only these classes: some of `Likeness`, and those of matchers; None means all."""
    kinds: frozenset[type[Kind]] | None = None
    """Only these media kinds; None means all."""
    strictness: Strictness = Strictness.DEFAULT
    """How much alike what is no picture has to be."""

    @property
    def wants_pictures(self) -> bool:
        """Tell whether pictures are to be compared."""
        wanted = self.wants(Likeness.PIXELS) or self.wants(Likeness.NEAR)
        return wanted and (self.kinds is None or ImageComponent in self.kinds)

    def wants(self, likeness: str) -> bool:
        """Tell whether a class is asked for."""
        return self.likenesses is None or likeness in self.likenesses

    @property
    def sound_side(self) -> int:
        """Return the short side in pixels below which a picture counts as plain.

        Where PDQ decides alone it has to be as sound as for finding similar pictures.
        """
        return SOUND_SIDE if self.nearness.total is None else SMALLEST_SIDE
