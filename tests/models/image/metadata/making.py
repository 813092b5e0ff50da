"""Files with metadata, made in code: blocks of EXIF, IPTC and XMP, and containers to put them into."""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO

from PIL import Image

from dam.core.content import Content
from dam.models.image.metadata.embedded import Metadata, metadata
from dam.models.image.samples import encoded, photo

MAKE, MODEL, ORIENTATION, DESCRIPTION, ARTIST, COPYRIGHT = 271, 272, 274, 270, 315, 33432
TAKEN, FRACTION, OFFSET, DIGITIZED = 0x9003, 0x9291, 0x9011, 0x9004
_EXIF, _GPS = 0x8769, 0x8825

XMP_NAMES = """xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:made="http://example.org/made-up/" """


def exif_of(
    main: Mapping[int, object],
    exif: Mapping[int, object] | None = None,
    gps: Mapping[int, object] | None = None,
) -> bytes:
    """Return EXIF from its TIFF header on."""
    made = Image.Exif()
    made.update(main)
    if exif:
        made.get_ifd(_EXIF).update(exif)
    if gps:
        made.get_ifd(_GPS).update(gps)
    return made.tobytes()[6:]


def tiff_of(entries: list[tuple[int, int, int, bytes]], order: str = "<", more: bytes = b"") -> bytes:
    """Return a TIFF with one directory of raw entries: tag, type, count, and the four bytes after it."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(entries))
    rows = b"".join(struct.pack(f"{order}HHI", *entry[:3]) + entry[3].ljust(4, b"\0") for entry in entries)
    return head + rows + bytes(4) + more


def iptc_of(*sets: tuple[int, bytes], record: int = 2) -> bytes:
    """Return IPTC with these data sets."""
    return b"".join(struct.pack(">BBBH", 0x1C, record, number, len(data)) + data for number, data in sets)


def xmp_of(properties: str, attributes: str = "") -> bytes:
    """Return an XMP packet with these properties."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {XMP_NAMES}><rdf:Description rdf:about="" {attributes}>{properties}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta>\n     <?xpacket end="w"?>'
    ).encode()


def resources_of(*resources: tuple[int, bytes]) -> bytes:
    """Return Photoshop's resources."""
    return b"".join(
        b"8BIM" + struct.pack(">H2xI", number, len(data)) + data + bytes(len(data) % 2)
        for number, data in resources
    )


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg_of(exif: bytes = b"", xmp: bytes = b"", resources: bytes = b"", others: bytes = b"") -> bytes:
    """Return a JPEG with these blocks."""
    parts = [others]
    if exif:
        parts.append(segment(0xE1, b"Exif\0\0" + exif))
    if xmp:
        parts.append(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp))
    if resources:
        parts.append(segment(0xED, b"Photoshop 3.0\0" + resources))
    picture = encoded(photo(7, (16, 16)))
    return picture[:2] + b"".join(parts) + picture[2:]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(*chunks: bytes) -> bytes:
    """Return a PNG with these chunks behind its header."""
    picture = encoded(photo(7, (16, 16)), "PNG")
    return picture[:33] + b"".join(chunks) + picture[33:]


def webp_of(exif: bytes, xmp: bytes) -> bytes:
    return encoded(photo(7, (16, 16)), "WEBP", exif=exif, xmp=xmp)


def avif_of(exif: bytes, xmp: bytes) -> bytes:
    return encoded(photo(7, (16, 16)), "AVIF", exif=exif, xmp=xmp)


def gif_of(xmp: bytes) -> bytes:
    """Return a GIF with XMP in the way that leads every reader to its end."""
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    picture = encoded(photo(7, (16, 16)), "GIF")
    start = 13 + (3 << ((picture[10] & 7) + 1) if picture[10] & 0x80 else 0)
    return picture[:start] + b"\x21\xff\x0bXMP DataXMP" + xmp + trailer + picture[start:]


def psd_of(resources: bytes) -> bytes:
    header = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 1, 1, 8, 3)
    return header + bytes(4) + struct.pack(">I", len(resources)) + resources + bytes(4)


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data


def jxl_of(exif: bytes, xmp: bytes) -> bytes:
    start = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
    return start + box(b"ftyp", b"jxl \0\0\0\0jxl ") + box(b"Exif", bytes(4) + exif) + box(b"xml ", xmp)


def cr3_of(main: bytes, exif: bytes, gps: bytes) -> bytes:
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    parts = box(b"CMT1", main) + box(b"CMT2", exif) + box(b"CMT4", gps)
    return box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", box(b"uuid", canon + parts))


def raf_of(jpeg: bytes) -> bytes:
    return b"FUJIFILMCCD-RAW ".ljust(84, b"\0") + struct.pack(">II", 100, len(jpeg)) + bytes(8) + jpeg


def tiff_picture(exif: bytes, xmp: bytes, iptc: bytes) -> bytes:
    """Return a TIFF that Pillow writes, with XMP and IPTC in tags."""
    made = Image.Exif()
    made.load(b"Exif\0\0" + exif)
    directory = {700: xmp, 33723: iptc} | {tag: made[tag] for tag in (MAKE, MODEL) if tag in made}
    file = BytesIO()
    photo(7, (16, 16)).save(file, "TIFF", tiffinfo=directory)
    return file.getvalue()


def read(data: bytes) -> Metadata:
    """Return what a file says."""
    return metadata(Content.from_bytes(data))
