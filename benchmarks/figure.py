"""What a benchmark measured, and what it was to be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number, and the bounds it must keep if there is a promise."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        if self.at_most is not None and self.value > self.at_most:
            return False
        return self.at_least is None or self.value >= self.at_least

    @property
    def target(self) -> str:
        """The bounds in words; empty if there are none."""
        bounds = (("at most", self.at_most), ("at least", self.at_least))
        return " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)

    @property
    def verdict(self) -> str:
        """`met` or `MISSED`; empty without a target."""
        if not self.target:
            return ""
        return "met" if self.is_met else "MISSED"

    def __str__(self) -> str:
        text = f"{self.name:<58} {self.value:10.3f} {self.unit}"
        return f"{text}  (target {self.target}: {self.verdict})" if self.target else text
