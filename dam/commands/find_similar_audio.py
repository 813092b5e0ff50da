"""`dam-cli find-similar-audio`: find the recordings that resemble one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.commands.similar_medium import Comparison
    from dam.models.asset import Asset
    from dam.search.similar_audio import SimilarAudio, SimilarRecording

app = command_app()

_PER_CENT = {"min": 0, "max": 30}
_AT_LEAST_ONE = {"min": 1}


@app.command()  # type: ignore[untyped-decorator]
def find_similar_audio(
    audio: Annotated[
        str,
        typer.Argument(help="A recording, which the library need not have (./12), or an asset of it."),
    ],
    bit_errors: Annotated[
        float, typer.Option(metavar="PERCENT", help="How many of the bits may differ.", **_PER_CENT)
    ] = 20.0,
    limit: Annotated[
        int | None, typer.Option(help="Show only so many of the best.", show_default=False, **_AT_LEAST_ONE)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find the recordings that resemble one.

    Found is the same recording in another encoding, a recording of which it is an excerpt, and where that
    begins, and whatever is an excerpt of it. Recordings are compared by their Chromaprints. Nothing is
    written, and the very same content is not listed. Exit code 1 means that nothing resembles it.
    """
    from dam.commands.similar_medium import tell_similar

    return tell_similar(audio, comparison(limit, as_json=as_json, bit_errors=bit_errors))


def comparison(limit: int | None, *, as_json: bool, bit_errors: float | None = None) -> "Comparison":
    """Return how recordings are compared, and what is said of them."""
    from dam.commands.similar_medium import Comparison

    return Comparison(
        lambda library, asked: library.similar_audio(asked, bit_errors, limit=limit),
        _remark,
        _fields if as_json else _line,
    )


def _remark(answer: "SimilarAudio") -> None:
    from dam.commands.similar_remarks import remark

    remark(answer, "recording", plain="too short or too uniform to be compared" if answer.is_plain else None)


def _fields(match: "SimilarRecording", asset: "Asset") -> dict[str, Any]:
    """Return what JSON says of a match."""
    from dam.commands.output import asset_fields

    return {
        **asset_fields(asset),
        "relation": match.relation,
        "bit_errors": round(match.bit_error, 3),
        "offset": round(match.offset, 3),
        "seconds": round(match.seconds, 3),
    }


def _line(match: "SimilarRecording", asset: "Asset") -> str:
    from dam.commands.output import one_line

    where = f"at {match.offset:8.1f} s  for {match.seconds:7.1f} s"
    return f"{match.relation:<7}  {match.bit_error:4.1f} %  {where}  {one_line(asset)}"
