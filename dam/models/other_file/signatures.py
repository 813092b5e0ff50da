"""Which format some bytes are that no kind claims, by their first bytes."""

import re

from dam.models.first_bytes import Signatures, by_first_bytes
from dam.models.other_file.detector import detected

_MAGIC = Signatures(
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO\x00", "font/otf"),
    (b"ttcf\x00", "font/collection"),
    (b"%!PS-AdobeFont", "application/x-font-type1"),
    (b"STARTFONT ", "application/x-font-bdf"),
    (b"\x01fcp", "application/x-font-pcf"),
    (b"glTF\x02\x00\x00\x00", "model/gltf-binary"),
    (b"glTF\x01\x00\x00\x00", "model/gltf-binary"),
    (b"BLENDER", "application/x-blender"),
    (b"Kaydara FBX Binary  \x00", "application/vnd.autodesk.fbx"),
    (b"ply\nformat ", "model/x-ply"),
    (b"ply\r\nformat ", "model/x-ply"),
    (b"PXR-USDC", "model/vnd.usd"),
    (b"#usda ", "model/vnd.usd"),
    (b"#VRML V", "model/vrml"),
    (b"ISO-10303-21;", "model/step"),
    (b"Ogawa", "model/x-alembic"),
    (b"AC10", "image/vnd.dwg"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\x1f\x9d", "application/x-compress"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\x04\x22\x4d\x18", "application/x-lz4"),
    (b"LZIP\x01", "application/x-lzip"),
    (b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (b"\x60\xea", "application/x-arj"),
    (b"070701", "application/x-cpio"),
    (b"070702", "application/x-cpio"),
    (b"070707", "application/x-cpio"),
    (b"\xc7\x71", "application/x-cpio"),
    (b"\x71\xc7", "application/x-cpio"),
    (b"!<arch>\n", "application/x-archive"),
    (b"\xed\xab\xee\xdb", "application/x-rpm"),
    (b"%!PS-Adobe", "application/postscript"),
    (b"%!PS\n", "application/postscript"),
    (b"%!PS\r", "application/postscript"),
    (b"%!\n", "application/postscript"),
    (b"%!\r", "application/postscript"),
    (b"\xc5\xd0\xd3\xc6", "application/postscript"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x7fELF", "application/x-elf"),
    (b"\x00asm\x01\x00\x00\x00", "application/wasm"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"\x8aMNG\r\n\x1a\n", "video/x-mng"),
    (b"FWS", "application/vnd.adobe.flash.movie"),
    (b"CWS", "application/vnd.adobe.flash.movie"),
    (b"ZWS", "application/vnd.adobe.flash.movie"),
    (b"BLP1", "image/x-blp"),
    (b"BLP2", "image/x-blp"),
)

_BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4V ": "video/x-m4v",
    b"3gp": "video/3gpp",
    b"3g2": "video/3gpp2",
    b"F4V ": "video/x-f4v",
}

_MIME_ENTRY = re.compile(rb"mimetype(application/[\w.+-]{3,80}|image/openraster)")
_WITHIN_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"visio/", "application/vnd.ms-visio.drawing.main+xml"),
    (b"3D/3dmodel.model", "model/3mf"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
)
_LOCAL_FILE = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)

_STL_HEADER = 84
_TRIANGLE = 50
_BY_NAME = {
    "obj": "model/obj",
    "mtl": "model/mtl",
    "stl": "model/stl",
    "usdz": "model/vnd.usdz+zip",
    "gltf": "model/gltf+json",
    "dae": "model/vnd.collada+xml",
    "dxf": "image/vnd.dxf",
    "fbx": "application/vnd.autodesk.fbx",
}
"""Models that are plain text or an archive, and are told by their names."""
_TEXT_STARTS = {
    "obj": re.compile(rb"(?:\s*+#[^\n]*+\n|\s++)*+(?:mtllib|o|g|v|vn|vt|usemtl|s)\s"),
    "mtl": re.compile(rb"(?:\s*+#[^\n]*+\n|\s++)*+newmtl\s"),
    "stl": re.compile(rb"solid\b"),
    "usdz": re.compile(rb"PK\x03\x04"),
    "gltf": re.compile(rb"\s*+\{"),
    "dae": re.compile(rb"\s*+<(?:\?xml|COLLADA)"),
    "dxf": re.compile(rb"\s*+(?:0|999)\r?\n"),
    "fbx": re.compile(rb"; FBX "),
}


def media_type(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of bytes that no other kind claims, None if it is not known."""
    for extension in sorted(extensions & _BY_NAME.keys()):
        if _TEXT_STARTS[extension].match(head[:4096]) or (extension == "stl" and _is_binary_stl(head)):
            return _BY_NAME[extension]
    return by_first_bytes(head, _MAGIC) or _by_structure(head) or detected(head)


def _by_structure(head: bytes) -> str | None:
    if head[:4] in (b"\x00\x01\x00\x00", b"true") and 0 < int.from_bytes(head[4:6], "big") <= 64:
        # The directory of a TrueType font has tags of four letters.
        return "font/ttf" if head[12:16].strip().isalnum() or head[12:16] == b"OS/2" else None
    if head[257:262] == b"ustar" or _is_old_tar(head):
        return "application/x-tar"
    if head[128:132] == b"DICM":
        return "application/dicom"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12]) or _BRANDS.get(head[8:11]) or "video/mp4"
    is_zip = head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08") and len(head) > 30
    return _zip(head) if is_zip else None


def _is_old_tar(head: bytes) -> bool:
    """Tell by the checksum of the first header."""
    digits = head[148:156].strip(b" \0")
    if len(head) < 512 or not digits.isdigit() or b"8" in digits or b"9" in digits:
        return False
    return int(digits, 8) == sum(head[:148]) + 8 * 0x20 + sum(head[156:512])


def _zip(head: bytes) -> str:
    """Tell what an archive stands for, by its first entry or by the names of those at its start."""
    if (stated := _MIME_ENTRY.match(head[30:200])) is not None:
        return stated[1].partition(b"PK")[0].decode("ascii")
    for entry in _LOCAL_FILE.finditer(head):
        name = head[entry.end() : entry.end() + int.from_bytes(entry[1], "little")]
        for prefix, found in _WITHIN_ZIP:
            if name.startswith(prefix):
                return found
    return "application/zip"


def _is_binary_stl(head: bytes) -> bool:
    """Tell by the number of triangles, each of which ends in two bytes that are nearly always 0."""
    if len(head) < _STL_HEADER + _TRIANGLE:
        return False
    count = int.from_bytes(head[80:84], "little")
    ends = range(_STL_HEADER + _TRIANGLE - 2, min(len(head) - 1, _STL_HEADER + count * _TRIANGLE), _TRIANGLE)
    return count > 0 and all(head[end : end + 2] == b"\0\0" for end in ends[:100])
