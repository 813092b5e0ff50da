"""Groups of duplicates, as text for people and as JSON for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from dam.commands.output import asset_fields, counted, one_line
from dam.core.path_text import show_path
from dam.duplicates.group import Group, Likeness, Member
from dam.models.asset import Asset
from dam.search.orientation import Orientation


def group_fields(group: Group, assets: Mapping[int, Asset]) -> dict[str, Any]:
    """Return what JSON says of a group; `assets` are those of its entities."""
    return {
        "class": group.likeness.value,
        "centre": group.best if group.centre is None else group.centre,
        "best": asset_fields(assets[group.best]),
        "members": [
            {
                **asset_fields(assets[member.entity]),
                "distances": asdict(member.distances),
                "orientation": member.orientation.value,
            }
            for member in group.members
        ],
    }


def group_lines(group: Group, assets: Mapping[int, Asset]) -> Iterator[str]:
    """Yield what people read of a group."""
    best = assets[group.best]
    if group.likeness is Likeness.BYTES:
        places = [place for place in best.locations if place.row.closed_at is None]
        yield f"{group.likeness}: {counted(len(places), 'place', 'places')}"
        yield f"  {best.entity:>8}  {best.media_type:<24}  {best.size or 0:>12}"
        for place in places:
            state = "" if place.row.state == "present" else f"  ({place.row.state})"
            yield f"      {show_path(place.path)}{state}"
        return
    yield f"{group.likeness}: {len(group.members) + 1} files"
    yield f"  {one_line(best)}  best"
    for member in group.members:
        yield f"  {one_line(assets[member.entity])}  {_differences(member)}"


def _differences(member: Member) -> str:
    distances = {name: bits for name, bits in asdict(member.distances).items() if bits is not None}
    shown = "  ".join(f"{name} {bits}" for name, bits in distances.items())
    return shown if member.orientation is Orientation.UPRIGHT else f"{shown}  {member.orientation}"
