"""`dam-cli get`: give an asset's bytes back."""

from collections.abc import Iterator
from typing import Annotated

import typer

from dam.commands import command_app

app = command_app()


@app.command()  # type: ignore[untyped-decorator]
def get(
    asset: Annotated[
        str, typer.Argument(metavar="ENTITY|HASH", help="A number, a SHA-256, an MD5 or a.zip!/b.")
    ],
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write here; - is stdout.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Give the small picture of it instead.")] = False,
) -> None:
    """Give an asset's bytes back.

    They are verified while they are written, and no file is ever overwritten. Exit code 4 means that
    they are damaged; the file is not made then.
    """
    import os

    from dam.commands.asset_argument import find_asset
    from dam.commands.output import print_bytes
    from dam.commands.session import open_library
    from dam.errors import NothingFound, UsageError
    from dam.services.new_file import write_new_file

    with open_library() as library:
        entity = find_asset(library, asset, paths=False)
        chunks: Iterator[bytes]
        if preview:
            data = library.preview(entity)
            if data is None:
                raise NothingFound(f"no preview: entity {entity}: none could be made")
            chunks = iter([data])
        else:
            chunks = library.read(entity)
        if output is None and os.isatty(1):
            raise UsageError(
                "not shown: bytes are not for a terminal", hint="use -o FILE, or -o - if it is text"
            )
        if output in (None, "-"):
            print_bytes(chunks)
        else:
            write_new_file(os.fsencode(output or ""), chunks)
