"""`dam-cli find-similar`: find what resembles a file or an asset, whatever it is."""

from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.commands.similar_medium import Comparison

app = command_app()

_AT_LEAST_ONE = {"min": 1}
_COMMANDS = {
    "audio": "find_similar_audio",
    "document": "find_similar_documents",
    "video": "find_similar_video",
}
"""The command that compares media of a kind, by the name of the kind's table; images have more to tell."""


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
    from dam.commands.find_similar_images import tell_one
    from dam.commands.session import open_library
    from dam.commands.similar_medium import named_medium, unreadable_is_usage

    with open_library() as library:
        named = named_medium(library, medium)
        with unreadable_is_usage():
            # A file is read once, whatever it turns out to be.
            asked = named if isinstance(named, int) else library.look_at(named)
            kind = library.kind_of(asked)
        name = kind.__tablename__ if kind else ""
        if name == "image":
            return tell_one(library, asked, limit, as_json=as_json)
        return _comparison(medium, name, limit, as_json=as_json).tell(library, asked)


def _comparison(medium: str, kind: str, limit: int | None, *, as_json: bool) -> "Comparison":
    """Return how media of a kind are compared; raises UsageError if nothing compares such things."""
    from dam.errors import UsageError

    if kind not in _COMMANDS:
        raise UsageError(
            f"cannot compare: {medium}: neither a picture, a recording, a film nor a document",
            hint="the very same content is found by dam-cli find-file-by-hash --file",
        )
    made: Comparison = import_module(f"dam.commands.{_COMMANDS[kind]}").comparison(limit, as_json=as_json)
    return made
