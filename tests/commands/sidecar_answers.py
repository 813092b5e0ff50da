"""What tests about sidecars ask the command line."""

import os
from pathlib import Path

from dam.models.image.sidecar.samples import titled
from tests.commands.facts import Command, show, write
from tests.models.image.metadata.making import exif_of, jpeg_of, xmp_of

COPYRIGHT = 33432
CR2 = b"II*\x00\x10\x00\x00\x00CR\x02\x00\x00\x00\x00\x00\x00"


def picture(title: str = "Embedded") -> bytes:
    """Return a JPEG with a title and a copyright notice of its own."""
    said = f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    return jpeg_of(exif_of({COPYRIGHT: "me"}), xmp_of(said))


def raw(number: int = 0) -> bytes:
    """Return what begins as a RAW, and cannot be decoded."""
    return CR2 + bytes([number]) * 100


def write_sidecar(path: Path, title: str, attributes: str = "", *keywords: str) -> Path:
    """Write a sidecar with a title."""
    return write(path, titled(title, attributes, *keywords))


def titles(dam: Command, asset: object) -> set[tuple[str, str]]:
    """Return the titles of an asset that count, each with where it stands: `file`, or a sidecar's name."""
    shown = show(dam, asset)
    said = shown["said_by_sidecars"].get("ImageTitle", [])
    if said:
        return {(fact["text"], os.path.basename(fact["sidecar"]["path"])) for fact in said}
    return {(row["text"], "file") for row in shown["components"].get("ImageTitle", [])}


def titled_so(dam: Command, title: str) -> set[str]:
    """Return the names of the assets that are found by a title."""
    found = dam("query", "--where", f"ImageTitle.text={title}", "--json").json
    return {os.path.basename(place["path"]) for asset in found for place in asset["locations"]}
