"""Groups of duplicates, one JSON object a line, as `find-duplicates --json` prints them."""

import json
from math import inf
from typing import TYPE_CHECKING, Any

from dam.errors import UsageError

if TYPE_CHECKING:
    from dam.models.relation import Judgement
    from dam.models.relation_kind import RelationKind

_ALONE = "byte-identical"
"""The class of one entity at several places."""


def judge_group(line: bytes, kind: "RelationKind", note: str | None) -> "Judgement | None":
    """Return the judgement that the members of a group are what `kind` says, the best one the target.

    None if there is nothing to be related: one entity at several places, or a summary. Raises UsageError
    for what is no group.
    """
    from dam.models.relation import Evidence, judge
    from dam.models.relation_kind import RelationKind

    group = _read(line)
    if set(group) == {"summary"}:
        return None
    best, others = _entity(group.get("best")), _list(group.get("members"))
    likeness = group.get("class")
    if likeness is not None and not isinstance(likeness, str):
        raise UsageError("bad group: its class is no text")
    if likeness == _ALONE and not others:
        return None
    members = {_entity(other): other for other in others}
    turned = {entity: _orientation(other) for entity, other in members.items()}
    evidence = Evidence(
        note=note,
        likeness=likeness,
        best=best,
        distances={entity: bits for entity, other in members.items() if (bits := _distances(other))},
        orientations={entity: orientation for entity, orientation in turned.items() if orientation},
    )
    target = None if kind is RelationKind.NOT_A_DUPLICATE else best
    return judge(kind, [best, *members], target, evidence)


def _read(line: bytes) -> dict[str, Any]:
    try:
        group = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError("bad group: not JSON") from None
    if not isinstance(group, dict):
        raise UsageError("bad group: not an object")
    return group


def _entity(member: object) -> int:
    number = member.get("entity") if isinstance(member, dict) else None
    # To Python, true is a number, too.
    if not isinstance(number, int) or isinstance(number, bool):
        raise UsageError("bad group: its best one or a member has no number as entity")
    return number


def _list(members: object) -> list[Any]:
    if not isinstance(members, list):
        raise UsageError("bad group: it has no list of members")
    return members


def _distances(member: dict[str, Any]) -> dict[str, float]:
    given = member.get("distances") or {}
    if not isinstance(given, dict):
        raise UsageError("bad group: distances that are no object")
    measured = {name: bits for name, bits in given.items() if bits is not None}
    if not all(isinstance(bits, int | float) and 0 <= bits < inf for bits in measured.values()):
        raise UsageError("bad group: a distance that is no number")
    return measured


def _orientation(member: dict[str, Any]) -> str | None:
    turned = member.get("orientation", "upright")
    if not isinstance(turned, str):
        raise UsageError("bad group: an orientation that is no text")
    return None if turned == "upright" else turned
