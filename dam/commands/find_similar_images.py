"""`dam-cli find-similar-images`: find the images that resemble one."""

import os
from typing import Annotated

import typer

from dam.commands import AsJson, command_app

app = command_app()

_BITS = {"min": 0, "max": 64}


@app.command()  # type: ignore[untyped-decorator]
def find_similar_images(
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="A picture; the library need not have it.")],
    phash_threshold: Annotated[int, typer.Option(help="Largest pHash distance in bits.", **_BITS)] = 4,
    ahash_threshold: Annotated[int, typer.Option(help="Largest aHash distance in bits.", **_BITS)] = 4,
    dhash_threshold: Annotated[int, typer.Option(help="Largest dHash distance in bits.", **_BITS)] = 4,
    as_json: AsJson = False,
) -> int:
    """Find the images that resemble one.

    An image matches if any of its three hashes is within its threshold. Nothing is written, and the
    very same content is not listed. Exit code 1 means that nothing resembles it.
    """
    from dam.commands.output import asset_fields, counted, one_line, print_json, print_line, talk
    from dam.commands.session import open_library
    from dam.errors import SourceError, UsageError
    from dam.search.similar_images import Thresholds

    thresholds = Thresholds(phash=phash_threshold, ahash=ahash_threshold, dhash=dhash_threshold)
    with open_library() as library:
        try:
            query = library.read_image(os.fsencode(image))
        except SourceError as error:
            raise UsageError(error.message, hint=error.hint) from None
        found = library.similar_images(query, thresholds)
        if found.uncompared:
            images = counted(found.uncompared, "image has", "images have")
            talk(f"{images} no current hashes yet and were not compared: see dam-cli status")
        assets = library.assets([match.entity for match in found.matches])
        for match, asset in zip(found.matches, assets, strict=True):
            distances = {"phash": match.phash, "ahash": match.ahash, "dhash": match.dhash, "pdq": match.pdq}
            if as_json:
                print_json({**asset_fields(asset), "distances": distances})
                continue
            shown = "  ".join(
                f"{name} {'-' if bits is None else bits:>3}" for name, bits in distances.items()
            )
            print_line(f"{shown}  {one_line(asset)}")
    if not found.matches:
        talk("nothing similar found")
    return 0 if found.matches else 1
