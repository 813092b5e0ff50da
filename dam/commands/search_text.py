"""`dam-cli search-text`: find documents by the words in them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.models.asset import Asset
    from dam.search.snippets import Snippet
    from dam.search.text_search import FoundText, FoundTexts

app = command_app()

_AT_LEAST_ONE = {"min": 1}


@app.command()  # type: ignore[untyped-decorator]
def search_text(
    words: Annotated[
        list[str], typer.Argument(help='Words that all have to be there, "phrases", or beginn* of words.')
    ],
    limit: Annotated[int, typer.Option(help="Show only so many of the best.", **_AT_LEAST_ONE)] = 20,
    as_json: AsJson = False,
) -> int:
    """Find documents by the words in them.

    Capitals, accents and ligatures make no difference. What stands in double quotation marks has to stand
    like that in the text; the shell must leave them in: '"a phrase"'. The best come first: where the words
    are frequent, and rare elsewhere. Exit code 1 means that nothing was found.
    """
    from dam.commands.output import print_json, print_line
    from dam.commands.session import open_library

    with open_library() as library:
        answer = library.search_text(" ".join(words), limit=limit)
        _remark(answer)
        assets = library.assets([match.entity for match in answer.matches])
        for match, asset in zip(answer.matches, assets, strict=True):
            if as_json:
                print_json(_fields(match, asset))
            else:
                for line in _lines(match, asset):
                    print_line(line)
    return 0 if answer.matches else 1


def _remark(answer: "FoundTexts") -> None:
    """Say what the answer leaves out."""
    from dam.commands.output import counted, talk

    if answer.unsearched:
        documents = counted(answer.unsearched, "document has", "documents have")
        talk(f"{documents} no current text yet and were not searched: see dam-cli status")
    if not answer.matches:
        talk("nothing found")
    if left := answer.found - len(answer.matches):
        talk(f"{left} more beyond the limit")


def _fields(match: "FoundText", asset: "Asset") -> dict[str, Any]:
    """Return what JSON says of a document."""
    from dam.commands.output import asset_fields

    return {
        **asset_fields(asset),
        "score": round(match.score, 6),
        "snippet": match.snippet.text,
        "marks": [list(mark) for mark in match.snippet.marks],
    }


def _lines(match: "FoundText", asset: "Asset") -> list[str]:
    from dam.commands.output import one_line

    return [one_line(asset), f"          {_marked(match.snippet)}"]


def _marked(snippet: "Snippet") -> str:
    """Return a snippet with brackets around the words that were searched for."""
    pieces, at = [], 0
    for left, right in snippet.marks:
        pieces += [snippet.text[at:left], "[", snippet.text[left:right], "]"]
        at = right
    return "".join([*pieces, snippet.text[at:]])
