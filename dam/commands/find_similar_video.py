"""`dam-cli find-similar-video`: find the films that resemble one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.commands.similar_medium import Comparison
    from dam.models.asset import Asset
    from dam.search.similar_video import SimilarFilm, SimilarVideo

app = command_app()

_BITS = {"min": 0, "max": 100}
_AT_LEAST_ONE = {"min": 1}


@app.command()  # type: ignore[untyped-decorator]
def find_similar_video(
    video: Annotated[
        str,
        typer.Argument(help="A film, which the library need not have (./12), or an asset of it."),
    ],
    pdq_threshold: Annotated[
        int, typer.Option(metavar="BITS", help="In how many of 256 bits two pictures may differ.", **_BITS)
    ] = 72,
    limit: Annotated[
        int | None, typer.Option(help="Show only so many of the best.", show_default=False, **_AT_LEAST_ONE)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find the films that resemble one.

    Found is the same film in another encoding or size, a longer one of which it is a clip, and where that
    begins, and whatever is a clip of it. Films are compared by a picture a second, without letterbox, and
    by their sound. Nothing is written, and the very same content is not listed. Exit code 1 means that
    nothing resembles it.
    """
    from dam.commands.similar_medium import tell_similar

    return tell_similar(video, comparison(limit, as_json=as_json, pdq_threshold=pdq_threshold))


def comparison(limit: int | None, *, as_json: bool, pdq_threshold: int | None = None) -> "Comparison":
    """Return how films are compared, and what is said of them."""
    from dam.commands.similar_medium import Comparison

    return Comparison(
        lambda library, asked: library.similar_video(asked, pdq_threshold, limit=limit),
        _remark,
        _fields if as_json else _line,
    )


def _remark(answer: "SimilarVideo") -> None:
    from dam.commands.similar_remarks import remark

    remark(answer, "film", plain="too dark or too plain to be compared" if answer.is_plain else None)


def _fields(match: "SimilarFilm", asset: "Asset") -> dict[str, Any]:
    """Return what JSON says of a match."""
    from dam.commands.output import asset_fields

    return {
        **asset_fields(asset),
        "relation": match.relation,
        "matched": round(match.matched, 3),
        "distance": round(match.distance, 3),
        "offset": round(match.offset, 3),
        "seconds": round(match.seconds, 3),
        "sound_bit_errors": None if match.sound is None else round(match.sound, 3),
    }


def _line(match: "SimilarFilm", asset: "Asset") -> str:
    from dam.commands.output import one_line

    pictures = f"{match.matched:5.1f} %  pdq {match.distance:4.1f}"
    where = f"at {match.offset:8.1f} s  for {match.seconds:7.1f} s"
    sound = "   -   " if match.sound is None else f"{match.sound:5.1f} %"
    return f"{match.relation:<7}  {pictures}  {where}  sound {sound}  {one_line(asset)}"
