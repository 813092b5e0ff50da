"""`dam-cli find-similar`: find what resembles a file or an asset, whatever it is."""

from collections.abc import Callable
from importlib import import_module
from typing import Annotated

import typer

from dam.commands import AsJson, command_app

app = command_app()

_AT_LEAST_ONE = {"min": 1}
_COMMANDS = {
    "audio": "find_similar_audio",
    "document": "find_similar_documents",
    "image": "find_similar_images",
    "video": "find_similar_video",
}
"""The command that compares media of a kind, by the name of the kind's table."""


@app.command()  # type: ignore[untyped-decorator]
def find_similar(
    medium: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A file, which the library need not have (./12), or an asset of it."
        ),
    ],
    limit: Annotated[
        int | None, typer.Option(help="Show only so many of the best.", show_default=False, **_AT_LEAST_ONE)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find what resembles a file or an asset.

    By its content it is a picture, a recording, a film or a document; the answer is that of
    find-similar-images, -audio, -video or -documents, which have more options. Nothing is written. Exit
    code 1 means that nothing resembles it.
    """
    compare = _command_for(medium)
    # Of images there may be several.
    named = [medium] if compare.__name__ == _COMMANDS["image"] else medium
    return compare(named, limit=limit, as_json=as_json)


def _command_for(medium: str) -> Callable[..., int]:
    """Return the command for what is asked about; raises UsageError if nothing compares such things."""
    from dam.commands.media_argument import find_medium
    from dam.commands.session import open_library
    from dam.errors import DamError, IntegrityError, SourceError, UsageError

    with open_library() as library:
        asked = find_medium(library, medium)
        if isinstance(asked, DamError):
            raise asked
        try:
            kind = library.kind_of(asked)
        except (SourceError, IntegrityError) as error:
            raise UsageError(error.message, hint=error.hint) from error
    name = _COMMANDS.get(kind.__tablename__) if kind else None
    if name is None:
        raise UsageError(
            f"cannot compare: {medium}: neither a picture, a recording, a film nor a document",
            hint="the very same content is found by dam-cli find-file-by-hash --file",
        )
    command: Callable[..., int] = getattr(import_module(f"dam.commands.{name}"), name)
    return command
