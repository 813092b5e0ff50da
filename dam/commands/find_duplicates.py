"""`dam-cli find-duplicates`: find what is the same, and what nearly is."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from dam.commands import AsJson, command_app
from dam.commands.many_values import ManyValues

if TYPE_CHECKING:
    from datetime import datetime

    from dam.duplicates.extent import Extent
    from dam.duplicates.group import Group
    from dam.duplicates.report import DuplicatesReport
    from dam.duplicates.scope import Scope
    from dam.library import Library
    from dam.models.asset import Asset

app = command_app()

_AT_ONCE = 64
"""Groups whose assets are read together."""


@app.command(cls=ManyValues)  # type: ignore[untyped-decorator]
def find_duplicates(
    new_since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Only what is new since: 2026-11-01, or 7d ago.")
    ] = None,
    having: Annotated[
        list[str] | None, typer.Option("--has", metavar="COMPONENT...", help="Only what has these.")
    ] = None,
    lacking: Annotated[
        list[str] | None, typer.Option("--lacks", metavar="COMPONENT...", help="Only what lacks these.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="CONDITION...", help="Only where these are true, as in query."),
    ] = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND...", help="Only assets of these kinds: image, audio, video..."),
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class", metavar="CLASS...", help="Only these: byte, pixel, near, recording, film, text."
        ),
    ] = None,
    rotated: Annotated[bool, typer.Option("--rotated", help="Turned and mirrored pictures, too.")] = False,
    tight: Annotated[bool, typer.Option("--tight", help="Only what is hardly changed.")] = False,
    loose: Annotated[bool, typer.Option("--loose", help="More, and now and then a wrong one.")] = False,
    pdq_threshold: Annotated[
        int | None,
        typer.Option(min=0, max=128, help="Largest PDQ distance; it decides alone unless small or plain."),
    ] = None,
    aspect_tolerance: Annotated[
        float | None,
        typer.Option(min=1, help="Largest ratio of two aspect ratios.  [default: 1.06]"),
    ] = None,
    quality: Annotated[
        int | None,
        typer.Option(
            min=0, max=100, help="PDQ quality below which a picture counts as plain.  [default: 50]"
        ),
    ] = None,
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Compare each with each, however many there are.")
    ] = False,
    report: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page of HTML with the pictures instead.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Show only so many groups.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find what is the same, and what nearly is.

    Classes that are never mixed: byte-identical (one content at several places), of pictures
    pixel-identical (other files, the same pixels) and near (other pixels, the same picture), and the same
    recording, film or text in another encoding. A group is named after its best member (most pixels, or
    least lost; richest metadata; oldest). Nothing is deleted. Exit code 1 means that there is none, 3 that
    the pixels of some pictures could not be compared, 4 that bytes turned out to be others.
    """
    from dam.commands.duplicate_answer import DuplicateAnswer
    from dam.commands.duplicate_criteria import choose, read_criteria
    from dam.commands.moment import parse_moment
    from dam.commands.session import open_library
    from dam.commands.stages import Stages

    moment = None if new_since is None else parse_moment(new_since)
    criteria = read_criteria(rotated, tight, loose, pdq_threshold, aspect_tolerance, quality)
    with (
        open_library() as library,
        _page(library, report, limit, moment) as page,
        Stages() as stages,
    ):
        scope = _scope(library, moment, having or [], lacking or [], where or [])
        chosen = choose(criteria, library.registry, classes or [], kinds or [])
        duplicates = library.duplicates(chosen, scope, exhaustive=exhaustive, watch=stages)
        answer = DuplicateAnswer(page, as_json=as_json, limit=limit, new_since=moment)
        for group, assets in _with_assets(library, duplicates):
            answer.tell(group, assets)
        stages.stop()
        is_damaged = _tell_altered(library, duplicates.extent)
    answer.sum_up(duplicates.extent, report)
    return 4 if is_damaged else _exit_code(answer.found, duplicates.extent)


def _tell_altered(library: "Library", extent: "Extent") -> bool:
    """Say whose bytes are others now; tell whether that is damage, or the loss of the last known copy."""
    from dam.commands.output import talk

    is_damaged = False
    for entity, found in extent.altered:
        (asset,) = library.assets([entity])
        is_gone = not asset.has_bytes
        talk(f"entity {entity}: {found}{'  (the last known copy is gone)' if is_gone else ''}")
        is_damaged |= asset.in_store or is_gone
    return is_damaged


def _exit_code(found: int, extent: "Extent") -> int:
    """Return 3 if there may be more than was found, which 0 and 1 would deny."""
    if extent.undecoded:
        return 3
    return 0 if found else 1


def _with_assets(library: "Library", groups: "Iterable[Group]") -> "Iterator[tuple[Group, list[Asset]]]":
    """Yield groups with their assets, the best one's first; those of many groups are read together."""
    from dam.core.batched import batched

    for lot in batched(groups, _AT_ONCE):
        entities = [[group.best, *(member.entity for member in group.members)] for group in lot]
        assets = iter(library.assets([entity for some in entities for entity in some]))
        for group, some in zip(lot, entities, strict=True):
            yield group, list(islice(assets, len(some)))


@contextmanager
def _page(
    library: "Library", report: str | None, limit: int | None, new_since: "datetime | None"
) -> "Iterator[DuplicatesReport | None]":
    if report is None:
        yield None
        return
    from dam.duplicates.report import LIMIT, duplicates_report
    from dam.errors import UsageError

    if report == "-":
        raise UsageError("cannot write: -: the page is a file, not text for a terminal")
    most = min(limit or LIMIT, LIMIT)
    matchers = library.registry.matchers
    with duplicates_report(
        os.fsencode(report), library.appearance, limit=most, new_since=new_since, matchers=matchers
    ) as page:
        yield page


def _scope(
    library: "Library",
    new_since: "datetime | None",
    having: list[str],
    lacking: list[str],
    where: list[str],
) -> "Scope":
    from dam.commands.conditions import conditions
    from dam.duplicates.scope import Scope

    return Scope(new_since=new_since, where=tuple(conditions(library, having, lacking, where)))
