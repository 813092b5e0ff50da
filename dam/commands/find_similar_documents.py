"""`dam-cli find-similar-documents`: find the documents that resemble one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.commands.similar_medium import Comparison
    from dam.models.asset import Asset
    from dam.search.similar_documents import SimilarDocument

app = command_app()

_PER_CENT = {"min": 1, "max": 100}
_AT_LEAST_ONE = {"min": 1}


@app.command()  # type: ignore[untyped-decorator]
def find_similar_documents(
    document: Annotated[
        str,
        typer.Argument(help="A document, which the library need not have (./12), or an asset of it."),
    ],
    shared: Annotated[
        float,
        typer.Option(metavar="PERCENT", help="How much of the shorter text both have to have.", **_PER_CENT),
    ] = 50.0,
    limit: Annotated[
        int | None, typer.Option(help="Show only so many of the best.", show_default=False, **_AT_LEAST_ONE)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find the documents that resemble one.

    Found is the same text in another format or version, a longer one of which it is a part, such as the book
    of a chapter, and whatever is a part of it. Texts are compared by their words, four in a row. Nothing is
    written, and the very same content is not listed. Exit code 1 means that nothing resembles it.
    """
    from dam.commands.similar_medium import tell_similar

    return tell_similar(document, comparison(limit, as_json=as_json, shared=shared))


def comparison(limit: int | None, *, as_json: bool, shared: float | None = None) -> "Comparison":
    """Return how documents are compared, and what is said of them."""
    from dam.commands.similar_medium import Comparison
    from dam.commands.similar_remarks import remark

    return Comparison(
        lambda library, asked: library.similar_documents(asked, shared, limit=limit),
        lambda answer: remark(answer, "document", "text"),
        _fields if as_json else _line,
    )


def _fields(match: "SimilarDocument", asset: "Asset") -> dict[str, Any]:
    """Return what JSON says of a match."""
    from dam.commands.output import asset_fields

    return {
        **asset_fields(asset),
        "relation": match.relation,
        "shared": round(match.shared, 1),
        "resemblance": round(match.resemblance, 1),
    }


def _line(match: "SimilarDocument", asset: "Asset") -> str:
    from dam.commands.output import one_line

    return f"{match.relation:<8}  {match.shared:3.0f} %  {one_line(asset)}"
