"""Which picture format some bytes are, by their first bytes.

A format is claimed only by what no text, sound, film or document starts with. Where the magic
number is short, fields of the header must make sense as well; where there is none at all, an
extension is asked for too.
"""

import re
import struct
import zlib

from dam.models.container_tracks import is_film_brand
from dam.models.first_bytes import Checks, Signatures, by_first_bytes
from dam.models.image.old_signatures import OLD_BY_EXTENSION, OLD_CHECKS
from dam.models.image.raw_signatures import BY_EXTENSION, raw_in_tiff
from dam.models.markup_roots import SVG_WITHIN, is_svg

_MAGIC = Signatures(
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00\x10\x00\x00\x00CR\x02", "image/x-canon-cr2"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00\x08\x00\x00\x00", "image/tiff"),
    (b"MM\x00+\x00\x08\x00\x00", "image/tiff"),
    (b"FUJIFILMCCD-RAW ", "image/x-fuji-raf"),
    (b"IIU\x00", "image/x-panasonic-rw2"),
    (b"IIRO", "image/x-olympus-orf"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51\x00", "image/x-jp2-codestream"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"8BPS\x00\x01\x00\x00\x00\x00\x00\x00", "image/vnd.adobe.photoshop"),
    (b"8BPS\x00\x02\x00\x00\x00\x00\x00\x00", "image/x-photoshop-large"),
    (b"DDS \x7c\x00\x00\x00", "image/vnd-ms.dds"),
    (b"icns\x00", "image/icns"),
    (b"\x76\x2f\x31\x01", "image/x-exr"),
    (b"gimp xcf ", "image/x-xcf"),
    (b"II\xbc\x01", "image/jxr"),
    (b"BPG\xfb", "image/bpg"),
    (b"\xd7\xcd\xc6\x9a\x00\x00", "image/wmf"),
    (b"\x59\xa6\x6a\x95", "image/x-sun-raster"),
    (b"\xb1\x68\xde\x3a", "image/x-dcx"),
    (b"/* XPM */", "image/x-xpixmap"),
    (b"#?RADIANCE\n", "image/vnd.radiance"),
    (b"#?RGBE\n", "image/vnd.radiance"),
)

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF_BRANDS = {b"mif1", b"msf1", b"mif2"}

_NETPBM = {
    b"P1": "image/x-portable-bitmap",
    b"P2": "image/x-portable-graymap",
    b"P3": "image/x-portable-pixmap",
    b"P4": "image/x-portable-bitmap",
    b"P5": "image/x-portable-graymap",
    b"P6": "image/x-portable-pixmap",
    b"Pf": "image/x-portable-floatmap",
    b"PF": "image/x-portable-floatmap",
}
# Possessive and atomic throughout: no file may make a pattern try again what it has matched.
_GAP = rb"(?:\s|#[^\n]*+\n)++"
_SIZE = _GAP + rb"\d{1,10}" + _GAP + rb"\d{1,10}"
_NETPBM_HEADER = re.compile(
    rb"P1" + _SIZE + _GAP + rb"[01]|P4" + _SIZE + rb"\s"
    rb"|P[23]" + _SIZE + _GAP + rb"\d{1,5}" + _GAP + rb"\d|P[56Ff]" + _SIZE + _GAP + rb"-?[\d.]{1,10}\s"
)
_GZIP = b"\x1f\x8b\x08"

TIE_BREAKERS = frozenset({"tga", "jxl", *OLD_BY_EXTENSION})
"""One extension for each format that cannot be told without: what a decoder assumes."""


def media_type(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of the picture that starts with `head`, or None if it is none.

    `extensions` are lower case without the dot. They say which camera wrote a TIFF, and are needed
    besides a sane header for formats whose first bytes are too common to trust, such as TGA.
    """
    found = by_first_bytes(head, _MAGIC, _CHECKS)
    if found == "image/tiff":
        return _tiff(head, extensions)
    return found or _by_extension(head, extensions)


def _tiff(head: bytes, extensions: frozenset[str]) -> str:
    """Tell which camera wrote a TIFF, by its extension where its directories do not lie at its start."""
    by_name = (BY_EXTENSION[one] for one in sorted(extensions & BY_EXTENSION.keys()))
    return raw_in_tiff(head, extensions) or next(by_name, "image/tiff")


def _jpeg(head: bytes) -> str | None:
    if head[:3] != b"\xff\xd8\xff" or head[3:4] < b"\xc0":
        return None
    return "image/jls" if head[3:4] == b"\xf7" else "image/jpeg"


def _paint(head: bytes) -> str | None:
    """Tell Microsoft Paint's old format, whose magic is a word, by its checksum."""
    if head[:4] not in (b"DanM", b"LinS") or len(head) < 32:
        return None
    checksum = 0
    for (word,) in struct.iter_unpack("<H", head[:32]):
        checksum ^= word
    return "image/x-msp" if checksum == 0 else None


def _metafile(head: bytes) -> str | None:
    return "image/emf" if head[:4] == b"\x01\x00\x00\x00" and head[40:44] == b" EMF" else None


def _webp(head: bytes) -> str | None:
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _iso_base_media(head: bytes) -> str | None:
    """Tell AVIF, HEIC, other HEIF and Canon's CR3 by brand; films and sound have other brands."""
    if head[4:8] != b"ftyp" or len(head) < 12:
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head), 4096)
    major = head[8:12]
    brands = {major}
    if major in _HEIF_BRANDS or not is_film_brand(major):
        brands |= {head[i : i + 4] for i in range(16, end - 3, 4)}
    if brands & _AVIF_BRANDS:
        return "image/avif"
    if brands & _HEIC_BRANDS:
        return "image/heic"
    if major == b"crx ":
        return "image/x-canon-cr3"
    return "image/heif" if brands & _HEIF_BRANDS else None


def _bmp(head: bytes) -> str | None:
    if head[:2] != b"BM" or len(head) < 26:
        return None
    offset, header = struct.unpack_from("<II", head, 10)
    return "image/bmp" if header in {12, 16, 40, 52, 56, 64, 108, 124} and offset >= header else None


def _icon(head: bytes) -> str | None:
    if head[:4] not in (b"\x00\x00\x01\x00", b"\x00\x00\x02\x00") or len(head) < 22:
        return None
    count, size, offset = struct.unpack("<4xH8xII", head[:22])
    sane = 0 < count <= 1024 and size > 0 and offset >= 6 + 16 * count and head[9] in (0, 255)
    return "image/vnd.microsoft.icon" if sane else None


def _netpbm(head: bytes) -> str | None:
    if head[:2] not in _NETPBM:
        return None
    return _NETPBM[head[:2]] if _NETPBM_HEADER.match(head[:2048]) else None


def _sgi(head: bytes) -> str | None:
    if head[:2] != b"\x01\xda" or len(head) < 12:
        return None
    storage, depth, dimension, width = struct.unpack_from(">BBHH", head, 2)
    return "image/sgi" if storage <= 1 and depth in (1, 2) and 1 <= dimension <= 3 and width else None


def _qoi(head: bytes) -> str | None:
    return "image/qoi" if head[:4] == b"qoif" and head[12:13] in (b"\x03", b"\x04") else None


def _pcx(head: bytes) -> str | None:
    if head[:1] != b"\x0a" or len(head) < 128:
        return None
    version, encoding, bits, left, top, right, bottom = struct.unpack_from("<BBBHHHH", head, 1)
    sane = version in (0, 2, 3, 4, 5) and encoding == 1 and bits in (1, 2, 4, 8)
    return "image/x-pcx" if sane and left <= right and top <= bottom and head[64] == 0 else None


def _svg(head: bytes) -> str | None:
    if not head.startswith(_GZIP):
        return "image/svg+xml" if is_svg(head) else None
    try:
        inside = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, SVG_WITHIN)
    except zlib.error:
        return None
    return "image/svg+xml-compressed" if is_svg(inside) else None


_CHECKS: Checks = (
    _jpeg,
    _paint,
    _metafile,
    _webp,
    _iso_base_media,
    _bmp,
    _icon,
    _netpbm,
    _sgi,
    _qoi,
    _pcx,
    _svg,
    *OLD_CHECKS,
)


def _by_extension(head: bytes, extensions: frozenset[str]) -> str | None:
    if "jxl" in extensions and head[:2] == b"\xff\x0a":
        return "image/jxl"
    if extensions & {"tga", "icb", "vda", "vst"} and _is_sane_tga(head):
        return "image/x-tga"
    for extension in sorted(extensions & OLD_BY_EXTENSION.keys()):
        is_sane, found = OLD_BY_EXTENSION[extension]
        if is_sane(head):
            return found
    return None


def _is_sane_tga(head: bytes) -> bool:
    if len(head) < 18:
        return False
    colour_map, kind = head[1], head[2]
    width, height, depth, flags = struct.unpack_from("<HHBB", head, 12)
    if colour_map > 1 or kind not in (1, 2, 3, 9, 10, 11) or (colour_map == 0 and kind in (1, 9)):
        return False
    return bool(width and height) and depth in (1, 8, 15, 16, 24, 32) and flags & 0xC0 == 0
