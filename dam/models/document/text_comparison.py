"""What one text is to another, by how much of each the other one has."""

from dataclasses import dataclass

SHARED = 50.0
"""The default for how many per cent of the shingles of the shorter text the other has to have.

A changed word costs four shingles; of texts on the same subject hardly any are equal.
"""


@dataclass(frozen=True)
class Overlap:
    """How much of each of two texts the other one has, from 0 to 1."""

    in_one: float
    in_other: float

    @classmethod
    def of_resemblance(cls, alike: float, one: int, other: int) -> "Overlap":
        """Return it for texts of so many shingles, by what they have in common of what both have together."""
        both = alike / (1 + alike) * (one + other)
        return cls(min(1.0, both / one), min(1.0, both / other))

    @property
    def least(self) -> float:
        """Return how much the one has of which the other has less."""
        return min(self.in_one, self.in_other)

    @property
    def most(self) -> float:
        """Return how much the one has of which the other has more."""
        return max(self.in_one, self.in_other)

    @property
    def relation(self) -> str:
        """Name what the one text is to the other: `same`, a `part`, the `whole`, or that it `overlaps`."""
        if self.least >= SHARED / 100 and self.least >= 0.8 * self.most:
            return "same"
        if self.most >= SHARED / 100:
            return "part" if self.in_one > self.in_other else "whole"
        return "overlaps"
