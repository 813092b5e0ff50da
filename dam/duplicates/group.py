"""What finding duplicates answers: groups, each around its best member."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dam.search.orientation import Orientation


class Likeness(StrEnum):
    """How much alike the members of a group are; the classes are never mixed.

    What is the same in another encoding has a class for each kind that has a matcher; that is a text of its
    own, see `dam.core.matcher`.
    """

    BYTES = "byte-identical"
    """One entity at several places."""
    PIXELS = "pixel-identical"
    """Other files, the same decoded pixels."""
    NEAR = "near"
    """Other pixels, the same picture."""


@dataclass(frozen=True)
class Distances:
    """How far a picture is from the best one of its group, in bits; None where either lacks the hash."""

    pdq: int | None = None
    phash: int | None = None
    dhash: int | None = None
    ahash: int | None = None


@dataclass(frozen=True)
class Member:
    """A member of a group beside its best one."""

    entity: int
    distances: Distances = Distances()
    """Of pictures."""
    orientation: Orientation = Orientation.UPRIGHT
    """How it is turned against the best one; only ever another one if turned pictures were asked for."""
    from_centre: int | None = None
    """Its PDQ distance from the centre, in a group of near pictures."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """Of other kinds than pictures, how far it is from the best one; nothing where that cannot be said."""


@dataclass(frozen=True)
class Group:
    """Entities that are alike."""

    likeness: Likeness | str
    best: int
    """The one with most pixels, or what else its kind prefers; among equals, of richest metadata; then the
    oldest."""
    members: tuple[Member, ...] = ()
    """The others, nearest first; none if one entity is at several places."""
    centre: int | None = None
    """The one of them that each other one is near to, or the same as in another encoding."""
    from_centre: int | None = None
    """The best one's PDQ distance from the centre."""
