"""The blocks of metadata that a file holds, found and not yet parsed."""

from dataclasses import dataclass, field

from dam.models.image.metadata.tiff import Tiff

EXIF_LIMIT = 4 << 20
_TEXT_LIMIT = 1000
"""How many named texts are taken."""


@dataclass
class Blocks:
    """What was found in a file; where there are several of a kind, the first one counts."""

    tiff: Tiff | None = None
    """The directories of the file itself, if it is a TIFF."""

    exif: bytes | None = None
    """EXIF, from its TIFF header on."""

    iptc: bytes | None = None
    iptc_digest: bytes | None = None
    """The MD5 that the IPTC had when XMP was last made to agree with it."""

    xmp: bytes | None = None
    is_sidecar: bool = False
    """Whether the whole file is XMP."""

    texts: dict[str, str] = field(default_factory=dict)
    """The texts of a PNG by keyword, and comments of other formats."""

    def add_exif(self, data: bytes) -> None:
        """Take EXIF, with or without the name that JPEG puts in front of it, or more of what was too long."""
        data = data[6:] if data.startswith(b"Exif\0") else data
        has_header = data[:2] in (b"II", b"MM")
        if self.exif is None and has_header:
            self.exif = data
        elif self.exif is not None and not has_header and len(self.exif) < EXIF_LIMIT:
            self.exif += data

    def add_iptc(self, data: bytes) -> None:
        """Take IPTC, from its first data set on."""
        if self.iptc is None and data:
            self.iptc = data

    def add_xmp(self, data: bytes) -> None:
        """Take an XMP packet."""
        if self.xmp is None and data:
            self.xmp = data

    def add_text(self, name: str, text: str) -> None:
        """Take a named text."""
        if len(self.texts) < _TEXT_LIMIT:
            self.texts.setdefault(name, text)
