"""Which camera's RAW a TIFF is, by the directories at its start: nearly all cameras write TIFFs."""

import struct
from collections.abc import Iterator

BY_EXTENSION = {
    "3fr": "image/x-hasselblad-3fr",
    "arw": "image/x-sony-arw",
    "dcr": "image/x-kodak-dcr",
    "dng": "image/x-adobe-dng",
    "erf": "image/x-epson-erf",
    "iiq": "image/x-phaseone-iiq",
    "kdc": "image/x-kodak-kdc",
    "mef": "image/x-mamiya-mef",
    "nef": "image/x-nikon-nef",
    "nrw": "image/x-nikon-nrw",
    "pef": "image/x-pentax-pef",
    "sr2": "image/x-sony-sr2",
    "srw": "image/x-samsung-srw",
}

OTHER_CAMERA = "image/x-dcraw"
"""The RAW of a maker that is not known here."""

RAW_TYPES = frozenset(
    (
        *BY_EXTENSION.values(),
        OTHER_CAMERA,
        "image/x-canon-cr2",
        "image/x-canon-cr3",
        "image/x-fuji-raf",
        "image/x-olympus-orf",
        "image/x-panasonic-rw2",
    )
)
"""The media types of all RAWs, those with signatures of their own among them."""

_BY_MAKER: tuple[tuple[bytes, tuple[str, ...]], ...] = (
    (b"NIKON", ("nef", "nrw")),
    (b"SONY", ("arw", "sr2")),
    (b"PENTAX", ("pef",)),
    (b"RICOH", ("pef",)),
    (b"SAMSUNG", ("srw",)),
    (b"HASSELBLAD", ("3fr",)),
    (b"PHASE ONE", ("iiq",)),
    (b"LEAF", ("iiq",)),
    (b"SEIKO EPSON", ("erf",)),
    (b"EPSON", ("erf",)),
    (b"MAMIYA", ("mef",)),
    (b"EASTMAN KODAK", ("dcr", "kdc")),
    (b"KODAK", ("dcr", "kdc")),
)
"""What a maker's cameras write; where it is several, the first unless an extension says otherwise."""

_ENTRIES = 200
_DIRECTORIES = 12
_NEW_SUBFILE_TYPE, _COMPRESSION, _PHOTOMETRIC = 254, 259, 262
_MAKE, _SUB_DIRECTORIES, _DNG_VERSION = 271, 330, 50706
_SENSOR_PHOTOMETRICS = (32803, 34892)
_SENSOR_COMPRESSIONS = (32767, 32769, 32770, 34713, 34892, 65000, 65535)
"""Of Sony, Epson, Samsung, Nikon, lossy DNG, Kodak and Pentax."""

_Fields = dict[int, tuple[int, int, bytes]]
"""By tag, the type, the count and the 4 bytes of the value or of where it is."""


def raw_in_tiff(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of the RAW that a TIFF is, None if its directories do not show that it is one.

    `extensions` decide only between the formats of one maker.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None or len(head) < 8:
        return None
    directories = list(_directories(head, order))
    if not directories:
        return None
    if _DNG_VERSION in directories[0]:
        return BY_EXTENSION["dng"]
    is_preview = (_short(directories[0], _NEW_SUBFILE_TYPE, order) or 0) & 1
    has_more = is_preview and _SUB_DIRECTORIES in directories[0]
    if not has_more and not any(_is_of_a_sensor(fields, order) for fields in directories):
        return None
    return _of_maker(_make(head, directories[0], order), extensions)


def _of_maker(make: bytes, extensions: frozenset[str]) -> str | None:
    for name, formats in _BY_MAKER:
        if make.startswith(name):
            return BY_EXTENSION[next((one for one in formats if one in extensions), formats[0])]
    return OTHER_CAMERA if make else None


def _is_of_a_sensor(fields: _Fields, order: str) -> bool:
    return (
        _short(fields, _PHOTOMETRIC, order) in _SENSOR_PHOTOMETRICS
        or _short(fields, _COMPRESSION, order) in _SENSOR_COMPRESSIONS
    )


def _make(head: bytes, fields: _Fields, order: str) -> bytes:
    _, count, value = fields.get(_MAKE, (2, 0, b""))
    start = struct.unpack(f"{order}I", value)[0] if count > 4 else 0
    return (head[start : start + min(count, 64)] if count > 4 else value[:count]).upper()


def _directories(head: bytes, order: str) -> Iterator[_Fields]:
    """Yield the directories that lie within the head: the first, those below it and those after it."""
    waiting = [struct.unpack_from(f"{order}I", head, 4)[0]]
    seen = set[int]()
    while waiting and len(seen) < _DIRECTORIES:
        offset = waiting.pop(0)
        if offset in seen or not 8 <= offset <= len(head) - 2:
            continue
        seen.add(offset)
        (count,) = struct.unpack_from(f"{order}H", head, offset)
        end = offset + 2 + 12 * count
        if count > _ENTRIES or end > len(head):
            continue
        entries = struct.iter_unpack(f"{order}HHI4s", head[offset + 2 : end])
        fields = {tag: (kind, number, value) for tag, kind, number, value in entries}
        waiting += _below(head, fields, order)
        if end + 4 <= len(head):
            waiting.append(struct.unpack_from(f"{order}I", head, end)[0])
        yield fields


def _below(head: bytes, fields: _Fields, order: str) -> tuple[int, ...]:
    _, count, value = fields.get(_SUB_DIRECTORIES, (4, 0, b""))
    if not 0 < count <= _DIRECTORIES:
        return ()
    offsets = struct.unpack(f"{order}I", value)
    if count == 1:
        return offsets
    start = offsets[0]
    return struct.unpack_from(f"{order}{count}I", head, start) if start + 4 * count <= len(head) else ()


def _short(fields: _Fields, tag: int, order: str) -> int | None:
    if tag not in fields:
        return None
    kind, _, value = fields[tag]
    return int(
        struct.unpack(f"{order}H", value[:2])[0] if kind == 3 else struct.unpack(f"{order}I", value)[0]
    )
