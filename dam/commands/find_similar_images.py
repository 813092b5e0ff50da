"""`dam-cli find-similar-images`: find the images that resemble others."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.errors import DamError
    from dam.library import Library
    from dam.search.file_visits import Visited
    from dam.search.similar_images import SimilarImages

app = command_app()

_BITS = {"min": 0, "max": 64}
_PDQ_BITS = {"min": 0, "max": 256}
_AT_LEAST_ONE = {"min": 1}


@app.command()  # type: ignore[untyped-decorator]
def find_similar_images(
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGE...", help="A picture, which the library need not have (./12), or an asset of it."
        ),
    ] = None,
    phash_threshold: Annotated[int, typer.Option(help="Largest pHash distance in bits.", **_BITS)] = 4,
    ahash_threshold: Annotated[int, typer.Option(help="Largest aHash distance in bits.", **_BITS)] = 4,
    dhash_threshold: Annotated[int, typer.Option(help="Largest dHash distance in bits.", **_BITS)] = 4,
    pdq_threshold: Annotated[
        int | None,
        typer.Option(help="Match by PDQ too, up to so many bits.", show_default=False, **_PDQ_BITS),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Show only so many of the best.", show_default=False, **_AT_LEAST_ONE)
    ] = None,
    rotated: Annotated[
        bool, typer.Option("--rotated", help="Find turned and mirrored pictures too.")
    ] = False,
    from_file: Annotated[
        str | None,
        typer.Option("--from-file", metavar="FILE", help="Ask for those listed in FILE too; - is stdin."),
    ] = None,
    null: Annotated[
        bool, typer.Option("--null", "-0", help="The list's entries end in NUL, not newline.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Find the images that resemble others.

    An image matches if any of its three hashes is within its threshold; a star marks those that are. It
    is weak evidence if only aHash or dHash matches and PDQ disagrees. Nothing is written, and the very
    same content is not listed. Exit code 1 means that nothing resembles it, 3 that some of several
    images could not be asked for.
    """
    from dam.commands.media_argument import find_media
    from dam.commands.session import open_library
    from dam.commands.similar_report import SimilarReport
    from dam.errors import DamError
    from dam.search.comparison import Thresholds

    thresholds = Thresholds(phash_threshold, ahash_threshold, dhash_threshold, pdq_threshold)
    names = _named(images or [], from_file, null)
    is_one = from_file is None and len(names) == 1
    with open_library() as library:
        asked = find_media(library, names)
        usable = [image for image in asked if not isinstance(image, DamError)]
        found = iter(library.similar_to_each(usable, thresholds, limit=limit, rotated=rotated))
        answers = [image if isinstance(image, DamError) else next(found) for image in asked]
        if is_one:
            _required(asked[0], answers[0])
        report = SimilarReport(library, thresholds, as_json=as_json, labelled=not is_one, rotated=rotated)
        for image, answer in zip(asked, answers, strict=True):
            if isinstance(answer, DamError):
                report.refuse(answer)
            elif not isinstance(image, DamError):
                report.tell(image, answer)
    return report.exit_code


def tell_one(library: "Library", image: "int | Visited", limit: int | None, *, as_json: bool) -> int:
    """Print what resembles one image by the default thresholds, and return the exit code."""
    from dam.commands.similar_report import SimilarReport
    from dam.search.comparison import Thresholds

    named = image if isinstance(image, int) else image.path
    (answer,) = library.similar_to_each([image], limit=limit)
    found = _required(named, answer)
    report = SimilarReport(library, Thresholds(), as_json=as_json, labelled=False, rotated=False)
    report.tell(named, found)
    return report.exit_code


def _required(image: "bytes | int | DamError", answer: "SimilarImages | DamError") -> "SimilarImages":
    """Return the answer; raises why an image could not be asked for, of a file as a matter of usage."""
    from dam.errors import DamError, IntegrityError, SourceError, UsageError

    if not isinstance(answer, DamError):
        return answer
    if isinstance(image, bytes) and isinstance(answer, SourceError | IntegrityError):
        raise UsageError(answer.message, hint=answer.hint)
    raise answer


def _named(images: list[str], from_file: str | None, null: bool) -> list[str]:
    """Return what was named as arguments, then what was listed; raises UsageError if nothing was."""
    from dam.commands.path_list import listed_paths
    from dam.errors import UsageError

    if not images and from_file is None:
        raise UsageError("nothing to compare: no image was given", hint="dam-cli find-similar-images --help")
    listed = () if from_file is None else listed_paths(from_file, null=null)
    return [*images, *(os.fsdecode(path) for path in listed if path is not None)]
