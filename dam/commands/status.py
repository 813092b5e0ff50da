"""`dam-cli status`: count what is there, is pending, and has failed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.library import Library

app = command_app()


@app.command()  # type: ignore[untyped-decorator]
def status(
    failed: Annotated[bool, typer.Option("--failed", help="List what failed, with the reasons.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count what is there, is pending, and has failed."""
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
        print_line(
            f"{'system':<28}{'pending':>10}{'done':>10}{'nothing':>10}{'failed':>10}{'unavailable':>13}"
        )
        for row in counts["systems"]:
            columns = (row["pending"], row["done"], row["nothing"], row["failed"])
            print_line(f"{row['system']:<28}{''.join(f'{n:>10}' for n in columns)}{row['unavailable']:>13}")


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
