"""Groups of duplicates, as text for people and as JSON for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from dam.commands.output import asset_fields, counted, one_line, place_text
from dam.duplicates.extent import Extent
from dam.duplicates.group import Group, Likeness, Member
from dam.models.asset import Asset
from dam.search.orientation import Orientation


def group_fields(group: Group, assets: Sequence[Asset]) -> dict[str, Any]:
    """Return what JSON says of a group; its assets come with the best one first."""
    best, *others = assets
    return {
        "class": group.likeness.value,
        "centre": group.best if group.centre is None else group.centre,
        "best": asset_fields(best),
        "members": [
            {
                **asset_fields(asset),
                "distances": asdict(member.distances),
                "orientation": member.orientation.value,
            }
            for member, asset in zip(group.members, others, strict=True)
        ],
    }


def group_lines(group: Group, assets: Sequence[Asset]) -> Iterator[str]:
    """Yield what people read of a group; its assets come with the best one first."""
    best, *others = assets
    if group.likeness is Likeness.BYTES:
        yield f"{group.likeness}: {counted(len(best.open_locations), 'place', 'places')}"
        yield f"  {best.entity:>8}  {best.media_type:<24}  {best.size or 0:>12}"
        for place in best.open_locations:
            yield f"      {place_text(place)}"
        return
    yield f"{group.likeness}: {len(group.members) + 1} files"
    yield f"  {one_line(best)}  best"
    for member, asset in zip(group.members, others, strict=True):
        yield f"  {one_line(asset)}  {_differences(member)}"


def extent_fields(extent: Extent, groups: int) -> dict[str, Any]:
    """Return what JSON says in the end of how far it went."""
    recall = None if extent.recall is None else {"found": extent.recall.found, "of": extent.recall.there}
    return {
        "groups": groups,
        "pictures": extent.pictures,
        "incomparable": extent.incomparable,
        "undecoded": extent.undecoded,
        "sampled_recall": recall,
    }


def extent_lines(extent: Extent) -> Iterator[str]:
    """Yield what people hear in the end of how far it went."""
    pictures = counted(extent.pictures, "picture", "pictures")
    if extent.recall is None and extent.pictures:
        if extent.chosen is None:
            yield f"compared {pictures}, each with each"
        else:
            chosen = counted(extent.chosen, "chosen picture", "chosen pictures")
            yield f"compared {chosen} with all {pictures}"
    if extent.recall is not None:
        found, there = extent.recall
        share = f" ({found / there:.1%})" if there else ""
        yield f"compared {pictures} with their neighbours in many orders"
        yield f"that found {found} of the {there} pairs that a sample of them has with all others{share}"
    if extent.incomparable:
        images = counted(extent.incomparable, "image was", "images were")
        yield f"{images} not compared: too small or too plain, or not hashed (see dam-cli status)"
    if extent.undecoded:
        images = counted(extent.undecoded, "image", "images")
        why = extent.hindrance or "out of reach or damaged (see dam-cli scan)"
        yield f"cannot say of {images} whether the pixels are those of others: {why}"


def _differences(member: Member) -> str:
    distances = {name: bits for name, bits in asdict(member.distances).items() if bits is not None}
    shown = "  ".join(f"{name} {bits}" for name, bits in distances.items())
    return shown if member.orientation is Orientation.UPRIGHT else f"{shown}  {member.orientation}"
