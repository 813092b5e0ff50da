"""`dam-cli relate`: record what assets are to each other."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from dam.commands import AsJson, command_app
from dam.models.relation_kind import RelationKind

if TYPE_CHECKING:
    from dam.errors import DamError
    from dam.library import Library
    from dam.library.relating import Answer
    from dam.models.relation import Judgement

app = command_app()

_TOGETHER = 256
"""Lines that are recorded in one transaction."""


@app.command()  # type: ignore[untyped-decorator]
def relate(
    kind: Annotated[RelationKind, typer.Argument(metavar="KIND", help=", ".join(RelationKind))],
    assets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ASSET]...", help="Numbers, hashes or paths; the first is the target."),
    ] = None,
    from_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Relate these groups, as find-duplicates --json prints them."),
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it was decided so.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be recorded; write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Record what assets are to each other.

    duplicate-of: the others are the same as the first; what is a duplicate of a duplicate is one, too.
    alternate-of: they are other versions of the first. not-a-duplicate: no two of them are the same. A pair
    that was judged is not proposed as duplicates again. Nothing else is changed, and unrelate takes it back.
    Exit code 1 means that there is no such asset, 3 that some lines of FILE were not recorded.
    """
    from dam.commands.asset_argument import find_asset
    from dam.commands.session import open_library
    from dam.errors import DamError, UsageError
    from dam.models.relation import Evidence, judge

    if bool(assets) == (from_file is not None):
        raise UsageError("cannot relate: name either assets or a file of groups")
    with open_library() as library:
        if from_file is not None:
            return _relate_groups(library, kind, from_file, note, dry_run, as_json)
        entities = [find_asset(library, asset) for asset in assets or []]
        (answer,) = library.relate_all([judge(kind, entities, evidence=Evidence(note=note))], dry_run=dry_run)
        if isinstance(answer, DamError):
            raise answer
        _print(library, [answer], dry_run, as_json)
    return 0


def _relate_groups(
    library: "Library", kind: RelationKind, source: str, note: str | None, dry_run: bool, as_json: bool
) -> int:
    """Record the groups of a file, many at a time, and account for every line."""
    from dam.commands.output import counted, talk
    from dam.core.batched import batched

    counts = Counter[str]()
    for some in batched(_groups(source, kind, note), _TOGETHER):
        good = {number: group for number, group in some if not isinstance(group, Exception)}
        errors = {number: group for number, group in some if isinstance(group, Exception)}
        answers = library.relate_all(list(good.values()), dry_run=dry_run)
        errors |= {n: one for n, one in zip(good, answers, strict=True) if isinstance(one, Exception)}
        counts += _print(library, answers, dry_run, as_json)
        counts["failed"] += len(errors)
        for number, error in sorted(errors.items()):
            talk(f"dam-cli: line {number}: {error.message}")
            if error.hint:
                talk(f"hint: {error.hint}")
    talk(
        f"{'dry run, nothing written: ' if dry_run else ''}{counted(counts.total(), 'group', 'groups')}: "
        f"{counts[_new(dry_run)]} {_new(dry_run)}, {counts['already']} already, {counts['failed']} failed"
    )
    return 3 if counts["failed"] else 0


def _groups(
    source: str, kind: RelationKind, note: str | None
) -> "Iterator[tuple[int, Judgement | DamError]]":
    from dam.commands.group_line import judge_group
    from dam.commands.path_list import numbered_lines
    from dam.errors import DamError

    for number, line in numbered_lines(source):
        try:
            group = judge_group(line, kind, note)
        except DamError as error:
            yield number, error
            continue
        if group is not None:
            yield number, group


def _print(library: "Library", answers: "list[Answer]", dry_run: bool, as_json: bool) -> Counter[str]:
    from dam.commands.relation_report import print_relations
    from dam.library.relating import Related

    told = [
        (_new(dry_run) if answer.is_new else "already", answer.relation)
        for answer in answers
        if isinstance(answer, Related)
    ]
    print_relations(library, told, as_json=as_json)
    return Counter(status for status, _ in told)


def _new(dry_run: bool) -> str:
    return "possible" if dry_run else "related"
