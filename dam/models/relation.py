"""Relations: what somebody has decided about some assets, with the evidence and the time."""

import json
import logging
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import UnionType
from typing import Self

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import RowId, Timestamp
from dam.core.component import Base
from dam.errors import UsageError
from dam.models.relation_kind import RelationKind

_logger = logging.getLogger(__name__)


class RelationRow(Base):
    """One decision about the assets that are its members; it is never changed, only withdrawn.

    With fewer than two members it says nothing: the others were despawned.
    """

    __tablename__ = "relation"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    kind: Mapped[str] = mapped_column(Text)
    target_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("entity.id", ondelete="SET NULL"), index=True
    )
    """The member that the others are duplicates or alternates of; None also once it was despawned."""
    evidence: Mapped[str] = mapped_column(Text)
    """`Evidence` as JSON."""
    made_at: Mapped[datetime] = mapped_column(Timestamp)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Timestamp, default=None)
    """When it was taken back; None while it is open."""

    __table_args__ = (
        CheckConstraint("kind IN ('duplicate-of', 'alternate-of', 'not-a-duplicate')", name="kind_known"),
        # A number that people have noted must never mean another relation.
        {"sqlite_autoincrement": True},
    )


@dataclass(frozen=True)
class Evidence:
    """What was known when it was decided; it stays as it was, whatever becomes of the assets."""

    note: str | None = None
    likeness: str | None = None
    """The class that finding duplicates had put them into."""
    best: int | None = None
    """The member that the others were compared with."""
    distances: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    """By member, its distances from the best one: of pictures by the name of the hash, in bits."""
    orientations: Mapping[int, str] = field(default_factory=dict)
    """By member, how it is turned against the best one, if it is."""

    def to_json(self) -> str:
        """Return the text that the row keeps."""
        written = {
            "note": self.note,
            "class": self.likeness,
            "best": self.best,
            "distances": self.distances,
            "orientations": self.orientations,
        }
        return json.dumps({name: value for name, value in written.items() if value or name in _ALWAYS})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what the row keeps; of what cannot be read nothing, with a warning."""
        try:
            read = json.loads(text)
            distances = {int(entity): bits for entity, bits in read.get("distances", {}).items()}
            turns = {int(entity): turned for entity, turned in read.get("orientations", {}).items()}
            _require(str, *turns.values(), *(name for bits in distances.values() for name in bits))
            _require(int | float, *(number for bits in distances.values() for number in bits.values()))
            _require(str | None, read.get("note"), read.get("class"))
            _require(int | None, read.get("best"))
            return cls(read.get("note"), read.get("class"), read.get("best"), distances, turns)
        except (ValueError, TypeError, AttributeError, RecursionError):
            _logger.warning("damaged evidence of a relation: not shown")
            return cls()


_ALWAYS = ("note", "distances")


def _require(kind: "type | UnionType", *values: object) -> None:
    if not all(isinstance(value, kind) for value in values):
        raise TypeError


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What somebody says of some assets; made by `judge`, which sees to it that it makes sense."""

    kind: RelationKind
    members: tuple[int, ...]
    """All of them by number, the target included."""
    target: int | None = None
    evidence: Evidence = Evidence()


@dataclass(frozen=True, kw_only=True)
class Relation(Judgement):
    """A judgement that was recorded."""

    id: int
    made_at: datetime
    withdrawn_at: datetime | None = None


def judge(
    kind: RelationKind | str,
    entities: Iterable[int],
    target: int | None = None,
    evidence: Evidence | None = None,
) -> Judgement:
    """Return a judgement on these entities.

    The target is one of them, by default the first. Raises UsageError for an unknown kind, for fewer than
    two entities, and for a target where all are equals.
    """
    given = list(entities)
    kinds = [one.value for one in RelationKind]
    if kind not in kinds:
        raise UsageError(f"unknown kind of relation: {kind}", hint=f"there are: {', '.join(kinds)}")
    chosen, known = RelationKind(kind), evidence or Evidence()
    if chosen is RelationKind.NOT_A_DUPLICATE and target is not None:
        raise UsageError(f"cannot relate: {name_all(given)}: {chosen} has no target")
    if chosen is not RelationKind.NOT_A_DUPLICATE and target is None:
        target = next(iter(given), None)
    members = tuple(sorted({*given, *([] if target is None else [target])}))
    if len(members) < 2:
        raise UsageError(f"cannot relate: {name_all(members)}: at least two different assets are needed")
    _require_showable(known.note)
    return Judgement(kind=chosen, members=members, target=target, evidence=known)


def name_all(numbers: Collection[int], most: int = 10) -> str:
    """Return numbers as people write them: `1, 2 and 3`; of very many only the first."""
    if not numbers:
        return "nothing"
    shown = [str(number) for number in list(numbers)[:most]]
    if len(numbers) > most:
        return f"{', '.join(shown)} and {len(numbers) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _require_showable(note: str | None) -> None:
    try:
        os.fsencode(note or "")
    except UnicodeEncodeError:
        raise UsageError("bad note: it has characters that are none") from None
