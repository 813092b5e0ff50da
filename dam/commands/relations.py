"""`dam-cli relations`: list what was recorded by relate."""

from itertools import islice
from typing import Annotated

import typer

from dam.commands import AsJson, command_app

app = command_app()


@app.command()  # type: ignore[untyped-decorator]
def relations(
    asset: Annotated[
        str | None, typer.Argument(metavar="[ASSET]", help="Only those of this asset: number, hash or path.")
    ] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="The withdrawn ones, too.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="List only so many.", show_default=False)] = None,
    as_json: AsJson = False,
) -> int:
    """List what was recorded by relate, by number. Exit code 1 means that there is nothing."""
    from dam.commands.asset_argument import find_asset
    from dam.commands.output import talk
    from dam.commands.relation_report import print_relations
    from dam.commands.session import open_library

    with open_library() as library:
        entity = None if asset is None else find_asset(library, asset)
        found = ((None, relation) for relation in library.relations(entity, withdrawn=withdrawn))
        count = print_relations(library, islice(found, limit), as_json=as_json)
        has_more = next(found, None) is not None
    if has_more:
        talk("more beyond the limit")
    if not count:
        talk("no relations")
    return 0 if count else 1
