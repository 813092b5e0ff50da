"""Which video format some bytes are, by their first bytes.

Containers that hold sound alone as well are looked into: a film is what has a track of pictures, or may
have one that is listed later.
"""

from dam.models import container_tracks
from dam.models.first_bytes import Checks, Signatures, by_first_bytes

_MAGIC = Signatures(
    (b"FLV\x01", "video/x-flv"),
    (b"DKIF\x00\x00\x20\x00", "video/x-ivf"),
    (b"nut/multimedia container\x00", "video/x-nut"),
    (b"YUV4MPEG2 ", "video/x-yuv4mpeg"),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02", "application/mxf"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
)

_BRANDS = {
    "qt  ": "video/quicktime",
    "M4V ": "video/x-m4v",
    "M4VH": "video/x-m4v",
    "M4VP": "video/x-m4v",
    "F4V ": "video/x-f4v",
}
_BRAND_STARTS = {"3gp": "video/3gpp", "3gr": "video/3gpp", "3gs": "video/3gpp", "3g2": "video/3gpp2"}

_SYNC = 0x47
_TRANSPORT_PACKETS = ((188, 0), (192, 4), (204, 0), (208, 0))
"""The length of a packet, and where in it the sync byte is."""
_PACKETS_LOOKED_AT = 8
_LEAST_PACKETS = 3

_DV_HEADER = (b"\x1f\x07\x00\x3f", b"\x1f\x07\x00\xbf")


def media_type(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of the film that starts with `head`, or None if it is none.

    `extensions` are lower case without the dot; they decide only where the bytes leave it open.
    """
    return by_first_bytes(head, _MAGIC, _CHECKS) or _contained(head, extensions)


def _contained(head: bytes, extensions: frozenset[str]) -> str | None:
    """Tell a film in a container that may hold sound alone, as the kind for sound tells sound."""
    if (tracks := container_tracks.iso_tracks(head)) and not tracks.is_sound(extensions):
        by_start = _BRAND_STARTS.get(tracks.container[:3], "video/mp4")
        return _BRANDS.get(tracks.container, by_start)
    if (tracks := container_tracks.asf_tracks(head)) and not tracks.is_sound(extensions):
        return "video/x-ms-wmv"
    if (tracks := container_tracks.matroska_tracks(head)) and not tracks.is_sound(extensions):
        return "video/webm" if tracks.container == "webm" else "video/x-matroska"
    return "video/ogg" if container_tracks.is_ogg_film(head) else None


def _avi(head: bytes) -> str | None:
    return "video/x-msvideo" if head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"AVIX") else None


def _program_stream(head: bytes) -> str | None:
    """Tell MPEG's program streams by a pack's start code and the marker of either version behind it."""
    if head[:4] != b"\x00\x00\x01\xba" or len(head) < 12:
        return None
    return "video/mpeg" if head[4] >> 4 == 0b0010 or head[4] >> 6 == 0b01 else None


def _transport_stream(head: bytes) -> str | None:
    """Tell MPEG's transport streams, whose packets begin with a byte that also is a letter."""
    if _is_text(head):
        return None
    for length, at in _TRANSPORT_PACKETS:
        starts = range(at, min(len(head), length * _PACKETS_LOOKED_AT), length)
        if len(starts) >= _LEAST_PACKETS and all(_is_packet(head, start) for start in starts):
            return "video/mp2t"
    return None


def _is_text(head: bytes) -> bool:
    some = head[: 188 * _LEAST_PACKETS]
    return some.isascii() and b"\0" not in some


def _is_packet(head: bytes, at: int) -> bool:
    """Tell whether a packet may begin here: its sync byte, no error, and something in it."""
    header = head[at : at + 4]
    if len(header) < 4:
        return header[:1] == b"\x47"
    return header[0] == _SYNC and header[1] & 0x80 == 0 and header[3] & 0x30 != 0


def _real(head: bytes) -> str | None:
    return "video/vnd.rn-realvideo" if head[:4] == b".RMF" and b"video/x-pn-" in head else None


def _dv(head: bytes) -> str | None:
    """Tell DV by its header block and the subcode block that comes next."""
    return "video/x-dv" if head[:4] in _DV_HEADER and head[80:81] in (b"\x3f", b"\x37") else None


_CHECKS: Checks = (
    _avi,
    _program_stream,
    _transport_stream,
    _real,
    _dv,
)
