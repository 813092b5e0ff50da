"""What pictures are compared by, and when their PDQ can be trusted."""

from dataclasses import dataclass

from dam.search.flatness import is_flat_hash

SOUND_QUALITY = 50
"""The PDQ quality from which on its distances mean something."""
SOUND_SIDE = 64
"""The short side, in pixels, from which on PDQ is more than noise: it looks at 64x64 samples."""


@dataclass(frozen=True)
class ImageFingerprints:
    """A picture's hashes: those of 64 bits as unsigned integers, PDQ as 32 bytes."""

    phash: int
    ahash: int
    dhash: int
    pdq: bytes | None = None
    quality: int = 0
    """PDQ's own figure of how much structure the picture has, 0 to 100."""
    short_side: int = 0
    """The lesser of width and height in pixels; 0 if unknown."""

    @property
    def has_sound_pdq(self) -> bool:
        """Tell whether a PDQ distance from this picture proves anything."""
        return self.pdq is not None and self.quality >= SOUND_QUALITY and self.short_side >= SOUND_SIDE

    @property
    def unusable(self) -> frozenset[str]:
        """Return the hashes that match nothing: flat ones, and a PDQ that proves nothing."""
        found = {name for name in ("phash", "dhash", "ahash") if is_flat_hash(getattr(self, name))}
        return frozenset(found if self.has_sound_pdq else found | {"pdq"})
