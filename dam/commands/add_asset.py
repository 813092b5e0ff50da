"""`dam-cli add-asset`: add files to the library."""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.ingest.added import Added

app = command_app()


@app.command()  # type: ignore[untyped-decorator]
def add_asset(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="Files, and folders with -r.")
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Add what is in folders.")] = False,
    no_copy: Annotated[
        bool, typer.Option("--no-copy", help="Register the files where they are; copy nothing.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would happen; write nothing.")
    ] = False,
    from_file: Annotated[
        str | None,
        typer.Option("--from-file", metavar="FILE", help="Add the paths listed in FILE too; - is stdin."),
    ] = None,
    null: Annotated[
        bool, typer.Option("--null", "-0", help="The list's paths end in NUL, not newline.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show unchanged files too.")] = False,
    as_json: AsJson = False,
) -> int:
    """Add files to the library.

    The same bytes under another name become one more place of the same entity. A bad file never stops
    the others. Exit code 3 means that some inputs could not be added, 4 that the store had a damaged
    copy (which was healed).
    """
    from dam.commands.output import print_json, print_line, talk
    from dam.commands.progress import Progress
    from dam.commands.session import open_library
    from dam.core.path_text import show_path

    raw = _named(paths or [], from_file, null)
    counts: Counter[str] = Counter()
    troubled = refused = healed = 0
    with open_library() as library, Progress("adding") as progress:
        try:
            for added in library.add(raw, recursive=recursive, copy=not no_copy, dry_run=dry_run):
                counts[added.status] += 1
                troubled += bool(added.problems)
                healed += added.healed
                refused += added.status == "failed" or (added.status == "skipped" and added.named)
                progress.advance(failures=counts["failed"])
                if as_json:
                    print_json(_fields(added))
                elif verbose or added.healed or added.status != "unchanged":
                    print_line(_line(added))
                if added.hint:
                    talk(f"hint: {show_path(added.path)}: {added.hint}")
        finally:
            # Also of what was done before an error or an interrupt.
            progress.stop()
            if counts:
                talk(_summary(counts, troubled, dry_run))
    if not counts:
        talk(_summary(counts, troubled, dry_run))
    return 4 if healed else 3 if refused else 0


def _named(paths: list[str], from_file: str | None, null: bool) -> Iterator[bytes]:
    """Yield the paths given as arguments, then those listed; raises UsageError if there is no list at all."""
    from dam.commands.path_list import listed_paths
    from dam.errors import UsageError

    if not paths and from_file is None:
        raise UsageError("nothing to add: no path was given", hint="dam-cli add-asset --help")
    listed = iter(()) if from_file is None else listed_paths(from_file, null=null)
    return chain(map(os.fsencode, paths), listed)


def _fields(added: "Added") -> dict[str, object]:
    from dam.commands.output import path_fields

    return {
        **path_fields(added.path),
        "status": added.status.value,
        "entity": added.entity,
        "sha256": added.sha256.hex() if added.sha256 else None,
        "error": added.error,
        "problems": list(added.problems),
        "note": added.note,
    }


def _line(added: "Added") -> str:
    from dam.core.path_text import show_path

    entity = "-" if added.entity is None else str(added.entity)
    line = f"{added.status.value:<9}  {entity:>6}  {show_path(added.path)}"
    if added.error:
        line += f": {added.error}"
    if added.problems:
        line += "  (with problems)"
    return f"{line}  ({added.note})" if added.note else line


def _summary(counts: Counter[str], troubled: int, dry_run: bool) -> str:
    from dam.ingest.added import AddStatus

    parts = ", ".join(f"{counts[status]} {status.value}" for status in AddStatus)
    problems = f" ({troubled} with problems: see show)" if troubled else ""
    return f"{'dry run, nothing written: ' if dry_run else ''}{counts.total()} seen: {parts}{problems}"
