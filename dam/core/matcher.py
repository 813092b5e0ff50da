"""What finds, among all assets of a kind, those that are the same but for how they are encoded.

A module in the folder of a kind makes one, and that is all: finding duplicates asks every matcher there is.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from dam.core.component import Kind
from dam.core.system import System

Measures = Mapping[str, float]
"""How far apart two assets are, by the names of what is measured."""
Quality = tuple[float, ...]
"""How good a copy is: of two the better one has the larger numbers, the first of which count most."""


class Strictness(StrEnum):
    """How much alike two assets have to be."""

    TIGHT = "tight"
    DEFAULT = "default"
    LOOSE = "loose"


@dataclass(frozen=True)
class Compared:
    """The assets that are compared with each other."""

    entities: Sequence[int]
    """Those with something to be compared by, ascending; of those that are equal in it only the first."""
    asked: Sequence[bool] | None
    """Which of them have to be in a pair; None means any."""
    strictness: Strictness
    expect: Callable[[int], Callable[[int], None]]
    """Is told how many steps there will be; returns what is told of those done."""


@dataclass(frozen=True)
class Match:
    """Two assets that are the same, by number among those that are compared."""

    one: int
    other: int
    distance: int
    """From 0 to 255: who is nearer is looked at first."""


class Matcher(ABC):
    """What a kind has to say for its duplicates to be found."""

    kind: ClassVar[type[Kind]]
    name: ClassVar[str]
    """What people ask for the class of its groups by, and what one of the assets is called: `recording`."""
    likeness: ClassVar[str]
    """The class of its groups, as it is told: `same recording`."""
    meaning: ClassVar[str]
    """What the class means, in a few words."""
    preference: ClassVar[str]
    """By what the best copy is chosen."""
    system: ClassVar[System[..., Any]]
    """What runs on each of them so that it can be compared: those on which it is pending are not, yet."""

    @abstractmethod
    def prints(self, session: Session) -> Iterator[tuple[int, bytes]]:
        """Yield the entities that can be compared, ascending; those with equal bytes are the same."""

    @abstractmethod
    def matches(self, session: Session, compared: Compared) -> Iterator[Match]:
        """Yield the pairs that are the same; a pair may come more than once.

        Parts of each other are not the same: they are excerpts, clips or chapters.
        """

    @abstractmethod
    def measure(self, session: Session, entity: int, others: Sequence[int]) -> dict[int, Measures]:
        """Return how far others are from an entity; those are left out that cannot be compared with it."""

    @abstractmethod
    def qualities(self, session: Session, entities: Sequence[int]) -> dict[int, Quality]:
        """Return how good each of these copies is, as far as that is known."""

    @abstractmethod
    def facts(self, session: Session, entity: int) -> str:
        """Return in a few words how an entity is encoded; nothing if that is not known."""
