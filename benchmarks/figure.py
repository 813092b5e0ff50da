"""What a benchmark measured, and what it was to be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number; `target` is the largest value that is good enough, None if there is no promise."""

    name: str
    value: float
    unit: str
    target: float | None = None

    @property
    def is_met(self) -> bool:
        return self.target is None or self.value <= self.target

    def __str__(self) -> str:
        text = f"{self.name:<38} {self.value:8.3f} {self.unit}"
        if self.target is None:
            return text
        return f"{text}  (target at most {self.target:g}: {'met' if self.is_met else 'MISSED'})"
