"""`dam-cli find-similar-images`: find the images that resemble others."""

import os
from typing import Annotated

import typer

from dam.commands import AsJson, command_app

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
    from dam.errors import DamError, IntegrityError, SourceError, UsageError
    from dam.search.comparison import Thresholds

    thresholds = Thresholds(phash_threshold, ahash_threshold, dhash_threshold, pdq_threshold)
    names = _named(images or [], from_file, null)
    is_one = from_file is None and len(names) == 1
    with open_library() as library:
        asked = find_media(library, names)
        usable = [image for image in asked if not isinstance(image, DamError)]
        found = iter(library.similar_to_each(usable, thresholds, limit=limit, rotated=rotated))
        answers = [image if isinstance(image, DamError) else next(found) for image in asked]
        if is_one and isinstance(error := answers[0], DamError):
            if isinstance(asked[0], bytes) and isinstance(error, SourceError | IntegrityError):
                raise UsageError(error.message, hint=error.hint)
            raise error
        report = SimilarReport(library, thresholds, as_json=as_json, labelled=not is_one, rotated=rotated)
        for image, answer in zip(asked, answers, strict=True):
            if isinstance(answer, DamError):
                report.refuse(answer)
            elif not isinstance(image, DamError):
                report.tell(image, answer)
    return report.exit_code


def _named(images: list[str], from_file: str | None, null: bool) -> list[str]:
    """Return what was named as arguments, then what was listed; raises UsageError if nothing was."""
    from dam.commands.path_list import listed_paths
    from dam.errors import UsageError

    if not images and from_file is None:
        raise UsageError("nothing to compare: no image was given", hint="dam-cli find-similar-images --help")
    listed = () if from_file is None else listed_paths(from_file, null=null)
    return [*images, *(os.fsdecode(path) for path in listed if path is not None)]
