"""Which sound format some bytes are, by their first bytes.

A format is claimed only by what no text, picture, film or document starts with. Containers that hold
films as well are looked into: sound is what has a track of sound and none of pictures.
"""

from dam.models import container_tracks
from dam.models.audio.flac_frames import is_flac_stream
from dam.models.audio.mpeg_frames import mpeg_stream
from dam.models.first_bytes import Checks, Signatures, by_first_bytes

_MAGIC = Signatures(
    (b"fLaC", "audio/flac"),
    (b"MAC ", "audio/x-ape"),
    (b"wvpk", "audio/x-wavpack"),
    (b"MP+", "audio/x-musepack"),
    (b"MPCK", "audio/x-musepack"),
    (b"TTA1", "audio/x-tta"),
    (b"tBaK", "audio/x-tak"),
    (b"OFR ", "audio/x-optimfrog"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr-wb"),
    (b"#!AMR_MC1.0\n", "audio/amr"),
    (b"#!AMR-WB_MC1.0\n", "audio/amr-wb"),
    (b"MThd\x00\x00\x00\x06\x00", "audio/midi"),
    (b"DSD \x1c\x00\x00\x00\x00\x00\x00\x00", "audio/x-dsf"),
    (b"caff\x00\x01\x00\x00", "audio/x-caf"),
    (b"Creative Voice File\x1a", "audio/x-voc"),
    (b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", "audio/x-w64"),
    (b".ra\xfd", "audio/x-realaudio"),
    (b"Extended Module: ", "audio/x-xm"),
    (b"\x7f\xfe\x80\x01", "audio/vnd.dts"),
    (b"\xfe\x7f\x01\x80", "audio/vnd.dts"),
)

_OGG_CODECS: tuple[tuple[bytes, str], ...] = (
    (b"\x01vorbis", "audio/ogg"),
    (b"OpusHead", "audio/opus"),
    (b"Speex   ", "audio/x-speex"),
    (b"\x7fFLAC", "audio/ogg"),
)
_AU_ENCODINGS = range(1, 28)


def media_type(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of the sound that starts with `head`, or None if it is none.

    `extensions` are lower case without the dot; they decide only where the bytes leave it open.
    """
    found = by_first_bytes(head, _MAGIC, _CHECKS) or _contained(head, extensions)
    if found or (found := mpeg_stream(head, extensions)):
        return found
    return "audio/flac" if "flac" in extensions and is_flac_stream(head) else None


def _riff(head: bytes) -> str | None:
    if head[:4] in (b"RIFF", b"RF64", b"RIFX", b"BW64") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] == b"RIFF":
        return {b"QLCM": "audio/qcelp", b"RMID": "audio/midi"}.get(head[8:12])
    return None


def _iff(head: bytes) -> str | None:
    if head[:4] != b"FORM":
        return None
    return {b"AIFF": "audio/aiff", b"AIFC": "audio/aiff", b"8SVX": "audio/x-8svx"}.get(head[8:12])


def _dsdiff(head: bytes) -> str | None:
    return "audio/x-dff" if head[:4] == b"FRM8" and head[12:16] == b"DSD " else None


def _au(head: bytes) -> str | None:
    if head[:4] != b".snd" or len(head) < 24:
        return None
    offset, encoding, channels = (int.from_bytes(head[at : at + 4], "big") for at in (4, 12, 20))
    return "audio/basic" if offset >= 24 and encoding in _AU_ENCODINGS and 0 < channels < 256 else None


def _ac3(head: bytes) -> str | None:
    """Tell AC-3 and E-AC-3, whose sync word is two bytes, by the version behind it."""
    if head[:2] != b"\x0b\x77" or len(head) < 7:
        return None
    version, rate, size = head[5] >> 3, head[4] >> 6, head[4] & 0x3F
    if version <= 10:
        return "audio/ac3" if rate < 3 and size < 38 else None
    return "audio/eac3" if version <= 16 else None


def _ogg(head: bytes) -> str | None:
    """Tell Ogg by the first of its streams that is known; one with pictures is a film."""
    if container_tracks.is_ogg_film(head):
        return None
    packets = container_tracks.ogg_packets(head)
    return next((kind for packet in packets for magic, kind in _OGG_CODECS if packet.startswith(magic)), None)


def _realmedia(head: bytes) -> str | None:
    is_sound = head[:4] == b".RMF" and b"audio/x-pn-" in head and b"video/x-pn-" not in head
    return "audio/x-pn-realaudio" if is_sound else None


def _tracker(head: bytes) -> str | None:
    if head[:4] == b"IMPM" and len(head) > 192:
        return "audio/x-it"
    if head[44:48] == b"SCRM" and head[28:30] == b"\x1a\x10":
        return "audio/x-s3m"
    return "audio/x-mod" if head[1080:1084] in (b"M.K.", b"M!K!", b"FLT4", b"6CHN", b"8CHN") else None


_CHECKS: Checks = (
    _riff,
    _iff,
    _dsdiff,
    _au,
    _ac3,
    _ogg,
    _realmedia,
    _tracker,
)


def _contained(head: bytes, extensions: frozenset[str]) -> str | None:
    """Tell sound in a container that may hold films as well."""
    if (tracks := container_tracks.iso_tracks(head)) and tracks.is_sound(extensions):
        return "audio/mp4"
    if (tracks := container_tracks.asf_tracks(head)) and tracks.is_sound(extensions):
        return "audio/x-ms-wma"
    if (tracks := container_tracks.matroska_tracks(head)) and tracks.is_sound(extensions):
        return "audio/webm" if tracks.container == "webm" else "audio/x-matroska"
    return None
