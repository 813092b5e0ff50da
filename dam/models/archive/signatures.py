"""Which archive format some bytes are, by their first bytes.

Documents and programs that are ZIP files inside are none: what they hold belongs to them. So are files
that are merely compressed.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable

from dam.models.archive.local_headers import local_names
from dam.models.first_bytes import Signatures, by_first_bytes

ZIP = "application/zip"
TAR = "application/x-tar"
GZIPPED_TAR = "application/x-compressed-tar"
BZIPPED_TAR = "application/x-bzip2-compressed-tar"
XZIPPED_TAR = "application/x-xz-compressed-tar"
LZMA_TAR = "application/x-lzma-compressed-tar"
SEVEN_ZIP = "application/x-7z-compressed"
RAR = "application/vnd.rar"

_MAGIC = Signatures(
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP), (b"Rar!\x1a\x07\x00", RAR), (b"Rar!\x1a\x07\x01\x00", RAR)
)

_OF_DOCUMENTS = (
    b"[Content_Types].xml",
    b"_rels/.rels",
    b"META-INF/MANIFEST.MF",
    b"META-INF/container.xml",
    b"META-INF/manifest.xml",
    b"AndroidManifest.xml",
    b"Index/Document.iwa",
)
"""Members that only Office, OpenDocument, e-books and programs have."""
_DOCUMENTS = """
    docx docm dotx dotm xlsx xlsm xltx xltm xlsb pptx pptm potx potm ppsx ppsm vsdx xps oxps 3mf nupkg
    odt ods odp odg odf odb odc odi odm ott ots otp otg sxw sxc sxi sxd epub
    jar war ear apk aab ipa xpi kra ora pages numbers key sketch idml
"""
"""Where the members that would tell are not among the first, the extension decides."""

_HEADER = 512
_CHECKSUM = slice(148, 156)
_LZMA_MEMORY = 256 << 20
_BZIPPED = frozenset({"tbz", "tbz2", "tb2", "bz2"})


def media_type(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of the archive that starts with `head`, or None if it is none.

    `extensions` are lower case without the dot; they decide only where the bytes leave it open.
    """
    if found := by_first_bytes(head, _MAGIC):
        return found
    if head.startswith(b"PK\x03\x04"):
        return None if _is_document(head, extensions) else ZIP
    if is_tar(head):
        return TAR
    for magic, begin, found in _COMPRESSED:
        if head.startswith(magic):
            inside = begin(head)
            if is_tar(inside):
                return found
            # The first block of bzip2 may be longer than what is seen of it.
            return found if not inside and found == BZIPPED_TAR and extensions & _BZIPPED else None
    return None


def is_tar(data: bytes) -> bool:
    """Tell whether some bytes start with the header of a tar's first member, by its checksum."""
    header = data[:_HEADER]
    if len(header) < _HEADER or not header[0]:
        return False
    try:
        told = int(header[_CHECKSUM].split(b"\0")[0].strip() or b"x", 8)
    except ValueError:
        return False
    # The checksum counts itself as spaces.
    return told == sum(header) - sum(header[_CHECKSUM]) + 8 * ord(" ")


def _is_document(head: bytes, extensions: frozenset[str]) -> bool:
    names = list(local_names(head))
    if names[:1] == [b"mimetype"] or any(name in _OF_DOCUMENTS for name in names):
        return True
    return not extensions.isdisjoint(_DOCUMENTS.split())


def _gunzipped(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, 2 * _HEADER)
    except zlib.error:
        return b""


def _bunzipped(head: bytes) -> bytes:
    try:
        return bz2.BZ2Decompressor().decompress(head, 2 * _HEADER)
    except (OSError, ValueError, EOFError):
        return b""


def _unxzipped(head: bytes) -> bytes:
    try:
        return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY).decompress(head, 2 * _HEADER)
    except (lzma.LZMAError, EOFError, MemoryError):
        return b""


_COMPRESSED: tuple[tuple[bytes, Callable[[bytes], bytes], str], ...] = (
    (b"\x1f\x8b\x08", _gunzipped, GZIPPED_TAR),
    (b"BZh", _bunzipped, BZIPPED_TAR),
    (b"\xfd7zXZ\x00", _unxzipped, XZIPPED_TAR),
    (b"\x5d\x00\x00", _unxzipped, LZMA_TAR),
)
