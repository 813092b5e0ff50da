"""`dam-cli unrelate`: withdraw what was recorded by relate."""

from typing import TYPE_CHECKING, Annotated

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.library import Library
    from dam.models.relation import Relation

app = command_app()


@app.command()  # type: ignore[untyped-decorator]
def unrelate(
    which: Annotated[
        list[str], typer.Argument(metavar="ASSET...", help="Two assets or more, by number, hash or path.")
    ],
    by_number: Annotated[bool, typer.Option("--id", help="These are numbers of relations.")] = False,
    as_json: AsJson = False,
) -> int:
    """Withdraw what was recorded by relate: the open relations that hold all these assets.

    A withdrawn relation stays on record, and the same can be said anew. Exit code 1 means that there was
    nothing to withdraw, 3 that some relations were withdrawn and some were not open.
    """
    from dam.commands.relation_report import print_relations
    from dam.commands.session import open_library

    missing = 0
    with open_library() as library:
        withdrawn: list[Relation] = []
        if by_number:
            for number in dict.fromkeys(map(_number, which)):
                found = library.unrelate(number)
                missing += _say_missing(number) if not found else 0
                withdrawn += found
        else:
            withdrawn = _unrelate_assets(library, which)
        print_relations(library, [("withdrawn", relation) for relation in withdrawn], as_json=as_json)
    return 1 if not withdrawn else 3 if missing else 0


def _number(text: str) -> int:
    from dam.errors import UsageError

    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise UsageError(f"bad relation: {text!a}: not a number")
    return int(text)


def _say_missing(number: int) -> int:
    from dam.commands.output import talk

    talk(f"not open: relation {number}: there is none, or it was withdrawn")
    return 1


def _unrelate_assets(library: "Library", which: list[str]) -> "list[Relation]":
    from dam.commands.asset_argument import find_asset
    from dam.errors import NothingFound, UsageError
    from dam.models.relation import name_all

    entities = sorted({find_asset(library, text) for text in which})
    if len(entities) < 2:
        raise UsageError(f"cannot unrelate: {name_all(entities)}: at least two different assets are needed")
    withdrawn = library.unrelate(entities)
    if withdrawn:
        return withdrawn
    linking = library.linked_by(*entities) if len(entities) == 2 else []
    hint = f"they are duplicates through others: relations {name_all(linking)}" if linking else None
    raise NothingFound(f"not related: {name_all(entities)}: no open relation holds them all", hint=hint)
