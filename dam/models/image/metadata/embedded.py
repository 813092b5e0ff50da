"""All that a picture's file says about itself, read once for every system that asks."""

from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import md5

from dam.core.content import Content
from dam.core.system import resource
from dam.models.image.metadata.containers import find_blocks
from dam.models.image.metadata.iptc import Iptc, read_iptc
from dam.models.image.metadata.tiff import Tiff, read_tiff
from dam.models.image.metadata.window import MalformedError, Window
from dam.models.image.metadata.xmp import Property, read_xmp
from dam.models.image.sidecar.packet import read_sidecar_file


@dataclass(frozen=True)
class Metadata:
    """EXIF, IPTC and XMP; what is missing is empty."""

    exif: Tiff = field(default_factory=Tiff)
    iptc: Iptc = field(default_factory=dict)
    xmp: dict[str, Property] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """The texts of a PNG, and comments."""

    iptc_is_newer: bool = False
    """Whether the IPTC was changed, by a program that knows no XMP, after the two had been made to agree."""

    xmp_source: str = "xmp"
    """What is named as the source of what the XMP says."""

    def __bool__(self) -> bool:
        """Tell whether the file says anything about itself."""
        return bool(self.iptc or self.xmp or self.texts) or self.exif != Tiff()


@resource
def metadata(content: Content) -> Metadata:
    """Read the blocks that hold metadata, and nothing else of the file.

    What is broken is left out; a file without any metadata gives an empty result, and so does a sidecar
    that is not whole, which is for `read_sidecar` to tell.
    """
    blocks = find_blocks(content)
    if blocks.is_sidecar:
        with suppress(MalformedError):
            return Metadata(xmp=read_sidecar_file(content), xmp_source="sidecar")
        return Metadata()
    exif = blocks.tiff or _exif(blocks.exif)
    iptc, xmp = read_iptc(blocks.iptc or b""), read_xmp(blocks.xmp) if blocks.xmp else {}
    digest = md5(blocks.iptc or b"", usedforsecurity=False).digest()
    return Metadata(exif, iptc, xmp, blocks.texts, blocks.iptc_digest not in (None, digest))


def _exif(data: bytes | None) -> Tiff:
    try:
        return read_tiff(Window.of(data)) if data else Tiff()
    except MalformedError:
        return Tiff()
