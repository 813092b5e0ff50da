"""How relations look as text and as JSON."""

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dam.commands.output import one_line, print_json, print_line
from dam.core.path_text import show_path
from dam.models.asset import Asset
from dam.models.relation import Relation

if TYPE_CHECKING:
    from dam.library import Library

_AT_ONCE = 500
_MOST_MEMBERS = 20


def print_relations(
    library: "Library", relations: Iterable[tuple[str | None, Relation]], *, as_json: bool
) -> int:
    """Print relations, each with what is said of it, by default how it stands; return how many they are."""
    count = 0
    for some in _in_batches(relations):
        count += len(some)
        if as_json:
            for status, relation in some:
                print_json({"status": status or _standing(relation), **relation_fields(relation)})
            continue
        entities = sorted({entity for _, relation in some for entity in relation.members})
        assets = {asset.entity: asset for asset in library.assets(entities)}
        for status, relation in some:
            print_line(f"{status or _standing(relation):<9}  {_head(relation)}{_note(relation)}")
            for entity in sorted(relation.members, key=lambda one: one != relation.target):
                print_line(_member_line(relation, assets[entity]))
    return count


def relation_fields(relation: Relation) -> dict[str, Any]:
    """Return what JSON says of a relation; its number is null if it was not recorded."""
    evidence = relation.evidence
    return {
        "relation": relation.id or None,
        "kind": relation.kind.value,
        "target": relation.target,
        "members": list(relation.members),
        "note": evidence.note,
        "class": evidence.likeness,
        "best": evidence.best,
        "distances": evidence.distances,
        "orientations": evidence.orientations,
        "made_at": relation.made_at.isoformat(),
        "withdrawn_at": relation.withdrawn_at.isoformat() if relation.withdrawn_at else None,
    }


def relation_line(relation: Relation) -> str:
    """Return a relation on one line, with the numbers of its members, of very many only the first."""
    shown = ", ".join(
        f"{entity} (target)" if entity == relation.target else str(entity)
        for entity in relation.members[:_MOST_MEMBERS]
    )
    more = len(relation.members) - _MOST_MEMBERS
    return f"{_head(relation)}: {shown}{f' and {more} more' if more > 0 else ''}{_note(relation)}"


def _in_batches(
    relations: Iterable[tuple[str | None, Relation]],
) -> Iterator[list[tuple[str | None, Relation]]]:
    """Yield relations together until they have so many members that it is worth a look at the assets."""
    batch: list[tuple[str | None, Relation]] = []
    members = 0
    for status, relation in relations:
        batch.append((status, relation))
        members += len(relation.members)
        if members >= _AT_ONCE:
            yield batch
            batch, members = [], 0
    if batch:
        yield batch


def _standing(relation: Relation) -> str:
    return "withdrawn" if relation.withdrawn_at else "open"


def _head(relation: Relation) -> str:
    made = relation.made_at.strftime("%Y-%m-%d %H:%M:%S")
    return f"relation {relation.id or '-'}  {relation.kind}  {made} UTC"


def _note(relation: Relation) -> str:
    return f"  {show_path(os.fsencode(relation.evidence.note))}" if relation.evidence.note else ""


def _member_line(relation: Relation, asset: Asset) -> str:
    line = one_line(asset)
    if asset.entity == relation.target:
        return f"{line}  (target)"
    measured = relation.evidence.distances.get(asset.entity, {})
    shown = ", ".join(f"{name} {bits}" for name, bits in measured.items())
    return f"{line}  ({shown})" if shown else line
