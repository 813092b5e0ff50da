"""`dam-cli query`: list entities by components and what these say."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from dam.commands import AsJson, command_app
from dam.commands.many_values import ManyValues

if TYPE_CHECKING:
    from dam.library import Library
    from dam.models.asset import Asset

app = command_app()

_MOST = (1 << 63) - 1
"""The largest number that a database takes for a limit."""


@app.command(cls=ManyValues)  # type: ignore[untyped-decorator]
def query(
    having: Annotated[
        list[str] | None, typer.Option("--has", metavar="COMPONENT...", help="It has these.")
    ] = None,
    lacking: Annotated[
        list[str] | None, typer.Option("--lacks", metavar="COMPONENT...", help="It lacks these.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="CONDITION...", help="These are true: 'Camera.name~canon'."),
    ] = None,
    misnamed: Annotated[
        bool, typer.Option("--misnamed", help="A name of it promises another format.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=0, max=_MOST, help="At most this many.")] = None,
    as_json: AsJson = False,
) -> int:
    """List entities by components and what these say.

    Components are named as in `show`: ImagePHash, Dimensions, FileLocation. A condition is a component and
    its column, one of = < <= > >= ~ (contains), and a value: 'CaptureTime.local>=2026-05' and
    'Exposure.iso>=3200'. Without any condition all entities are listed. Exit code 1 means that there is none.
    """
    from dam.commands.output import asset_fields, one_line, print_json, print_line, talk
    from dam.commands.session import open_library
    from dam.models.misnaming import misleading_extensions

    found = False
    with open_library() as library:
        conditions = having or [], lacking or [], where or []
        assets = _assets(library, *conditions, None if misnamed else limit, misnamed=misnamed)
        for asset in islice(filter(misleading_extensions, assets), limit) if misnamed else assets:
            found = True
            if as_json:
                print_json(asset_fields(asset))
            else:
                print_line(one_line(asset))
    if not found:
        talk("nothing found")
    return 0 if found else 1


def _assets(
    library: "Library",
    having: list[str],
    lacking: list[str],
    where: list[str],
    limit: int | None,
    *,
    misnamed: bool,
) -> "Iterator[Asset]":
    from dam.commands.conditions import conditions
    from dam.core.batched import batched
    from dam.core.component import Entity
    from dam.core.query import query as entities
    from dam.models.misnaming import may_be_misnamed

    chosen = conditions(library, having, lacking, where)
    if misnamed:
        chosen = [*chosen, may_be_misnamed(library.registry.kinds)]
    statement = entities().where(*chosen).order_by(Entity.id).limit(limit)
    with library.world(write=False) as world:
        ids = (row.id for row in world.rows(statement))
        for some in batched(ids):
            yield from library.assets(some)
