"""The HTML of one group in a report on duplicates; whatever comes from outside is escaped here."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from dam.core.path_text import show_path
from dam.duplicates.appearance import Appearance
from dam.duplicates.group import Distances, Group, Likeness, Member
from dam.duplicates.report_classes import ReportClass
from dam.models.asset import Asset
from dam.models.file_location_component import Location, LocationState
from dam.models.member_place import MemberPlace
from dam.search.orientation import Orientation

_MOST_PLACES = 100
_LONGEST_NAME = 80


@dataclass
class Tally:
    """What was found of one class."""

    groups: int = 0
    shown: int = 0
    files: int = 0
    saved: int = 0
    """Bytes that would be free if the best file of each group were its only one."""


@dataclass(frozen=True)
class Shown:
    """A member of a group with all that is to be said of it."""

    asset: Asset
    appearance: Appearance
    member: Member | None = None
    """None for the best one."""
    is_new: bool = False
    """Whether it is what new pictures were asked for."""


def size_text(size: int | None) -> str:
    """Return a size in bytes as people read it."""
    from rich.filesize import decimal

    return "size unknown" if size is None else decimal(size)


def number(value: int, one: str = "", many: str = "") -> str:
    """Return a number with its thousands apart, and with its noun if there is one."""
    return f"{value:,} {one if value == 1 else many}".strip()


def mark(likeness: str, about: ReportClass) -> str:
    """Return what a class is told by."""
    name = f"other {about.name}" if about.is_other else about.name
    return f'<span class="mark {name}">{escape(likeness.capitalize())}</span>'


def group_section(
    position: int,
    group: Group,
    about: ReportClass,
    shown: Sequence[Shown],
    *,
    files: int,
    saved: int,
    more: int,
) -> str:
    """Return one group; `more` is how many of its members are not among those shown."""
    name = about.name
    pictures = "".join(_picture(group, about, one, shown) for one in shown)
    noun = (about.one, about.many)
    rest = (
        f'<p class="more">{number(more, f"more {noun[0]}", f"more {noun[1]}")} not shown.</p>\n'
        if more
        else ""
    )
    return f"""<article class="group {name}" id="g{position}" tabindex="-1" aria-labelledby="h{position}">
<header><h2 id="h{position}">Group {position:,}</h2>{mark(group.likeness, about)}
<p class="quiet">{number(files, *noun)}</p><p>{size_text(saved)} could be saved</p></header>
<div class="pictures">
{pictures}</div>
{rest}</article>
"""


def _picture(group: Group, about: ReportClass, one: Shown, shown: Sequence[Shown]) -> str:
    name = escape(_name(one.asset))
    turn = one.member.orientation if one.member else Orientation.UPRIGHT
    turned = "" if turn is Orientation.UPRIGHT else f' data-turn="{turn.value}"'
    lines = [
        f'<h3 class="name"><bdi>{name}</bdi></h3>',
        '<p class="role"><span class="turned">New</span></p>' if one.is_new else "",
        f'<p class="facts">{_facts(one)}</p>',
        _apart(one.member, about) if one.member else "",
        _from_centre(one, group),
        _places(one.asset),
        f'<p class="identity">entity {one.asset.entity} <code>{_sha256(one.asset)}</code></p>',
    ]
    if group.likeness is Likeness.BYTES:
        # One preview is all there is to look at: the same bytes everywhere.
        frame = f'<div class="frame">{_preview(one.appearance, f"Preview of {name}")}</div>'
    else:
        role = "Compare with the best" if one.member else "Compare the best"
        frame = (
            f'<button type="button" class="frame" aria-label="{role}: {name}">'
            f"{_preview(one.appearance, '')}</button>"
        )
        lines.insert(0, _role(one, about, shown, turn))
    best = "" if one.member or group.likeness is Likeness.BYTES else " best"
    caption = "\n".join(line for line in lines if line)
    return f'<figure class="picture{best}"{turned}>{frame}\n<figcaption>\n{caption}\n</figcaption></figure>\n'


def _role(one: Shown, about: ReportClass, shown: Sequence[Shown], turn: Orientation) -> str:
    if one.member is None:
        reason = f"by {about.preference}" if about.is_other else _reason(one, shown)
        return f'<p class="role"><span class="tag">★ Best</span> {escape(reason)}</p>'
    if turn is Orientation.UPRIGHT:
        return ""
    degrees = "&deg;" if turn.value[-1].isdigit() else ""
    return f'<p class="role"><span class="turned">↻ {turn.value.capitalize()}{degrees}</span></p>'


def _reason(best: Shown, shown: Sequence[Shown]) -> str:
    others = [one.appearance.pixels for one in shown if one.member]
    mine = best.appearance.pixels
    if mine is None or any(pixels is None for pixels in others):
        return "by pixels, then metadata, then age"
    if all(mine > pixels for pixels in others if pixels is not None):
        return "it has the most pixels"
    return "none has more pixels; metadata, then age decided"


def _preview(appearance: Appearance, alternative: str) -> str:
    if not appearance.preview:
        return '<span class="missing">No preview</span>'
    data = base64.b64encode(appearance.preview).decode()
    return f'<img loading="lazy" decoding="async" alt="{alternative}" src="data:image/jpeg;base64,{data}">'


def _facts(one: Shown) -> str:
    looks = one.appearance
    if looks.facts is not None:
        told = [looks.facts, size_text(one.asset.size), one.asset.media_type]
        return " · ".join(escape(fact) for fact in told if fact)
    pixels = "dimensions unknown" if looks.pixels is None else f"{looks.width} &times; {looks.height}"
    return f"{pixels} · {size_text(one.asset.size)} · {escape(one.asset.media_type)}"


def _apart(member: Member, about: ReportClass) -> str:
    """Return how far a member is from the best one."""
    if not about.is_other:
        return _distances(member.distances)
    told = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in member.measures.items())
    return f'<p class="quiet">Beside the best: {escape(told)}</p>' if told else ""


def _distances(distances: Distances) -> str:
    named = {
        "PDQ": distances.pdq,
        "pHash": distances.phash,
        "dHash": distances.dhash,
        "aHash": distances.ahash,
    }
    cells = "".join(
        f"<div><dt>{name}</dt><dd>{'&ndash;' if bits is None else bits}</dd></div>"
        for name, bits in named.items()
    )
    return f'<dl class="distances" aria-label="Distances to the best, in bits">{cells}</dl>'


def _from_centre(one: Shown, group: Group) -> str:
    """Return how far one is from that which all are near to, where that is not the best one."""
    if group.centre is None or group.centre == group.best:
        return ""
    if one.asset.entity == group.centre:
        return '<p class="quiet">All others are near to this one.</p>'
    bits = one.member.from_centre if one.member else group.from_centre
    return "" if bits is None else f'<p class="quiet">PDQ {bits} from what all are near to</p>'


def _places(asset: Asset) -> str:
    places: list[Location | MemberPlace] = [*asset.open_locations, *asset.open_members]
    items = [_place(place) for place in places[:_MOST_PLACES]]
    if len(places) > _MOST_PLACES:
        more = number(len(places) - _MOST_PLACES, "more place", "more places")
        items.append(f'<li class="quiet">{more} not shown</li>')
    if not places:
        items.append('<li class="quiet">at no known place any more</li>')
    if asset.in_store:
        items.append('<li><span class="state">in the store</span></li>')
    return f'<ul class="places" aria-label="Places">{"".join(items)}</ul>'


def _place(place: Location | MemberPlace) -> str:
    state = place.state if isinstance(place, MemberPlace) else place.row.state
    told = "" if state == LocationState.PRESENT else f' <span class="state">{escape(state)}</span>'
    return f'<li><code dir="ltr"><bdi>{escape(show_path(place.path))}</bdi></code>{told}</li>'


def _name(asset: Asset) -> str:
    """Return what an asset is called, cut in the middle if that is very long."""
    places = asset.open_paths
    whole = places[0].rpartition(b"/")[2] if places else asset.original_name or b""
    name = show_path(whole) or f"entity {asset.entity}"
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]} … {name[-half:]}"


def _sha256(asset: Asset) -> str:
    return asset.sha256.hex() if asset.sha256 else "SHA-256 unknown"
