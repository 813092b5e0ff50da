"""`dam-cli status`: count what is there, is pending, and has failed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dam.library import Library

app = command_app()

_WIDTHS = {"pending": 10, "done": 10, "nothing": 10, "failed": 10, "unavailable": 13}
"""The columns of the table of systems."""


@app.command()  # type: ignore[untyped-decorator]
def status(
    failed: Annotated[bool, typer.Option("--failed", help="List what failed, with the reasons.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show systems with nothing to tell, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Count what is there, is pending, and has failed.

    Systems are listed by the kind of media that they are about; those that have run on nothing and have
    nothing to do are only counted.
    """
    from dam.commands.output import print_json, print_line
    from dam.commands.session import open_library

    with open_library() as library:
        if failed:
            _list_failures(library, as_json)
            return
        counts = _counts(library)
        if as_json:
            print_json(counts)
            return
        for name in ("entities", "locations", "bytes", "stored", "stored_bytes"):
            print_line(f"{name.replace('_', ' '):<14}{counts[name]:>16}")
        for line in _table(counts["systems"], verbose=verbose):
            print_line(line)


def _table(systems: "list[dict[str, Any]]", *, verbose: bool) -> "Iterator[str]":
    """Yield the lines of the systems that have something to tell, those of one kind of media together."""
    from dam.commands.output import counted

    yield f"{'system':<28}" + "".join(f"{name:>{_WIDTHS[name]}}" for name in _WIDTHS)
    telling = [row for row in systems if verbose or any(row[name] for name in _WIDTHS)]
    # What runs on every kind comes first, as it does when it runs; the order within a kind stays.
    for row in sorted(telling, key=lambda row: (row != systems[0], row["system"].partition(".")[0])):
        yield f"{row['system']:<28}" + "".join(f"{row[name]:>{width}}" for name, width in _WIDTHS.items())
    if len(telling) < len(systems):
        others = counted(len(systems) - len(telling), "other system has", "other systems have")
        yield f"{others} run on nothing, and nothing to do: -v shows all"


def _counts(library: "Library") -> dict[str, Any]:
    from dataclasses import asdict

    status = library.status()
    systems = [asdict(count) for count in status.systems]
    return {"entities": status.entities, **asdict(status.holdings), "systems": systems}


def _list_failures(library: "Library", as_json: bool) -> None:
    from dam.commands.output import asset_fields, one_line, print_json, print_line

    failures = library.failures()
    by_entity = {asset.entity: asset for asset in library.assets(sorted({one.entity for one in failures}))}
    for failure in failures:
        asset = by_entity[failure.entity]
        if as_json:
            print_json({**asset_fields(asset), "system": failure.system, "error": failure.message})
        else:
            print_line(f"{failure.system}: {failure.message}\n{one_line(asset)}")
