"""Groups of duplicates, as text for people and as JSON for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dam.commands.output import asset_fields, counted, location_fields, member_fields, one_line, place_text
from dam.commands.uncompared_lines import uncompared_lines
from dam.duplicates.extent import Extent, MediaExtent
from dam.duplicates.group import Group, Likeness, Member
from dam.models.asset import Asset
from dam.models.file_location_component import Location
from dam.models.member_place import MemberPlace
from dam.search.orientation import Orientation


def group_fields(group: Group, assets: Sequence[Asset], new_since: datetime | None = None) -> dict[str, Any]:
    """Return what JSON says of a group; its assets come with the best one first.

    If it is asked for, that is also which of them are new since a moment.
    """
    best, *others = assets
    return {
        "class": str(group.likeness),
        **({} if group.centre is None else {"centre": group.centre}),
        "best": {**_asset_fields(best, new_since), **_centre_fields(group, group.from_centre)},
        "members": [
            {**_asset_fields(asset, new_since), **_member_fields(group, member)}
            for member, asset in zip(group.members, others, strict=True)
        ],
    }


def _member_fields(group: Group, member: Member) -> dict[str, Any]:
    """Return how far a member is from the best one."""
    if not isinstance(group.likeness, Likeness):
        return {"distances": dict(member.measures)}
    return {
        "distances": asdict(member.distances),
        "orientation": member.orientation.value,
        **_centre_fields(group, member.from_centre),
    }


def _centre_fields(group: Group, bits: int | None) -> dict[str, Any]:
    """Return how far a member is from the centre, nothing in groups without such distances."""
    return {"from_centre": bits} if group.likeness is Likeness.NEAR else {}


def _asset_fields(asset: Asset, new_since: datetime | None) -> dict[str, Any]:
    fields = asset_fields(asset)
    if new_since is None:
        return fields
    places = [
        {**location_fields(place), "new": place.row.first_seen >= new_since} for place in asset.open_locations
    ]
    places += [{**member_fields(place), "new": place.first_seen >= new_since} for place in asset.open_members]
    return {**fields, "new": asset.is_new_since(new_since), "locations": places}


def group_lines(group: Group, assets: Sequence[Asset], new_since: datetime | None = None) -> Iterator[str]:
    """Yield what people read of a group; its assets come with the best one first.

    If it is asked for, that is also what of it is new since a moment.
    """
    best, *others = assets
    if group.likeness is Likeness.BYTES:
        yield f"{group.likeness}: {_places(best)}"
        yield f"  {best.entity:>8}  {best.media_type:<24}  {best.size or 0:>12}"
        places: list[Location | MemberPlace] = [*best.open_locations, *best.open_members]
        for place in places:
            seen = place.first_seen if isinstance(place, MemberPlace) else place.row.first_seen
            is_new = new_since is not None and seen >= new_since
            yield f"      {place_text(place)}{'  new' if is_new else ''}"
        return
    yield f"{group.likeness}: {len(group.members) + 1} files"
    yield f"  {one_line(best)}  best{_from_centre(group, best, group.from_centre)}{_new(best, new_since)}"
    for member, asset in zip(group.members, others, strict=True):
        told = f"{_differences(member)}{_from_centre(group, asset, member.from_centre)}"
        yield f"  {one_line(asset)}  {told}{_new(asset, new_since)}"


def _places(asset: Asset) -> str:
    """Count the places of an asset, and tell how many of them are no files of their own."""
    inside = len(asset.open_members)
    places = counted(len(asset.open_locations) + inside, "place", "places")
    return f"{places}, {inside} of them in archives" if inside else places


def extent_fields(extent: Extent, groups: int, shown: int, saved: int) -> dict[str, Any]:
    """Return what JSON says in the end of how far it went, how much was found and how much of it shown."""
    recall = None if extent.recall is None else {"found": extent.recall.found, "of": extent.recall.there}
    return {
        "groups": groups,
        "shown": shown,
        "saved": saved,
        "pictures": extent.pictures,
        "incomparable": extent.incomparable,
        "plain": extent.plain,
        "unhashed": extent.unhashed,
        "undecodable": extent.undecodable,
        "undecoded": extent.undecoded,
        "unseen": extent.unseen,
        "skipped": extent.skipped,
        "sampled_recall": recall,
        "media": [
            {"class": one.likeness, "compared": one.compared, "uncompared": one.uncompared}
            for one in extent.media
        ],
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
    yield from uncompared_lines(extent.unhashed, extent.undecodable, plain=extent.plain)
    if extent.unseen:
        images = counted(extent.unseen, "image is", "images are")
        yield f"{images} near to others by hashes alone, without a preview: pages of one layout look alike so"
    if extent.skipped:
        pairs = counted(extent.skipped, "pair", "pairs")
        yield f"{pairs} of documents left out: too many to be compared, and the farthest apart"
    for one in extent.media:
        yield from _media_lines(one)
    if extent.undecoded:
        images = counted(extent.undecoded, "image", "images")
        why = extent.hindrance or "out of reach or damaged (see dam-cli scan)"
        yield f"cannot say of {images} whether the pixels are those of others: {why}"


def _media_lines(extent: MediaExtent) -> Iterator[str]:
    if extent.compared > 1:
        yield f"compared {counted(extent.compared, extent.name, f'{extent.name}s')}"
    if extent.uncompared:
        lacking = counted(extent.uncompared, f"{extent.name} has", f"{extent.name}s have")
        verb = "was" if extent.uncompared == 1 else "were"
        yield f"{lacking} no current fingerprint yet and {verb} not compared: see dam-cli status"


def _from_centre(group: Group, asset: Asset, bits: int | None) -> str:
    """Return what is to be said where the centre is not the best one."""
    if group.centre is None or group.centre == group.best:
        return ""
    if asset.entity == group.centre:
        return "  (centre)"
    return "" if bits is None else f"  (pdq {bits} from the centre)"


def _new(asset: Asset, new_since: datetime | None) -> str:
    return "  new" if new_since is not None and asset.is_new_since(new_since) else ""


def _differences(member: Member) -> str:
    if member.measures:
        return "  ".join(f"{name} {value:g}" for name, value in member.measures.items())
    distances = {name: bits for name, bits in asdict(member.distances).items() if bits is not None}
    shown = "  ".join(f"{name} {bits}" for name, bits in distances.items())
    return shown if member.orientation is Orientation.UPRIGHT else f"{shown}  {member.orientation}"
