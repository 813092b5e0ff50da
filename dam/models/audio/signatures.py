"""Which sound format some bytes are, by their first bytes.

A format is claimed only by what no text, picture, film or document starts with. Containers that hold
films as well are looked into: sound is what has a track of sound and none of pictures.
"""

import re
from collections.abc import Callable

from dam.models.audio.flac_frames import is_flac_stream
from dam.models.audio.mpeg_frames import mpeg_stream

_MAGIC: tuple[tuple[bytes, str], ...] = (
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
_OGG_PICTURES = (b"\x80theora", b"BBCD\x00", b"\x01video", b"OVP80")

_MP4_AUDIO_BRANDS = {b"M4A", b"M4B", b"M4P", b"F4A", b"F4B"}
_MP4_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"dash",
    b"3gp4",
    b"3gp5",
    b"3gp6",
}
_MP4_NAMES = {"m4a", "m4b", "m4r", "m4p"}

_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_AUDIO = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")

# A codec's id: the element, its length, and a name that starts with the kind of track.
_SOUND_TRACK = re.compile(rb"\x86[\x80-\xff]A_[A-Z]")
_PICTURE_TRACK = re.compile(rb"\x86[\x80-\xff]V_[A-Z]")

_AU_ENCODINGS = range(1, 28)


def media_type(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of the sound that starts with `head`, or None if it is none.

    `extensions` are lower case without the dot; they decide only where the bytes leave it open.
    """
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    for check in _CHECKS:
        if (answer := check(head)) is not None:
            return answer
    if (frames := _mp4(head, extensions) or mpeg_stream(head, extensions)) is not None:
        return frames
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
    """Look at the first packet of every stream: those pages come before all others."""
    if head[:5] != b"OggS\x00":
        return None
    found: str | None = None
    at = 0
    while head[at : at + 4] == b"OggS" and len(head) > at + 27 and head[at + 5] & 2:
        segments = head[at + 26]
        body = at + 27 + segments
        packet = head[body : body + 8]
        if packet.startswith(_OGG_PICTURES):
            return None
        found = found or next((kind for magic, kind in _OGG_CODECS if packet.startswith(magic)), None)
        at = body + sum(head[at + 27 : body])
    return found


def _asf(head: bytes) -> str | None:
    is_sound = head.startswith(_ASF) and _ASF_AUDIO in head and _ASF_VIDEO not in head
    return "audio/x-ms-wma" if is_sound else None


def _matroska(head: bytes) -> str | None:
    """Tell Matroska by the codecs of its tracks, whose names start with what they are."""
    if head[:4] != b"\x1a\x45\xdf\xa3":
        return None
    is_sound = _SOUND_TRACK.search(head) is not None and _PICTURE_TRACK.search(head) is None
    if not is_sound:
        return None
    return "audio/webm" if b"webm" in head[:64] else "audio/x-matroska"


def _realmedia(head: bytes) -> str | None:
    is_sound = head[:4] == b".RMF" and b"audio/x-pn-" in head and b"video/x-pn-" not in head
    return "audio/x-pn-realaudio" if is_sound else None


def _tracker(head: bytes) -> str | None:
    if head[:4] == b"IMPM" and len(head) > 192:
        return "audio/x-it"
    if head[44:48] == b"SCRM" and head[28:30] == b"\x1a\x10":
        return "audio/x-s3m"
    return "audio/x-mod" if head[1080:1084] in (b"M.K.", b"M!K!", b"FLT4", b"6CHN", b"8CHN") else None


_CHECKS: tuple[Callable[[bytes], str | None], ...] = (
    _riff,
    _iff,
    _dsdiff,
    _au,
    _ac3,
    _ogg,
    _asf,
    _matroska,
    _realmedia,
    _tracker,
)


def _mp4(head: bytes, extensions: frozenset[str]) -> str | None:
    """Tell sound in ISO media by its brand, else by its tracks, and where they come late by the name."""
    if head[4:8] != b"ftyp" or len(head) < 16:
        return None
    if head[8:11] in _MP4_AUDIO_BRANDS:
        return "audio/mp4"
    if head[8:12] not in _MP4_BRANDS:
        return None
    tracks = {head[at + 12 : at + 16] for at in _places(head, b"hdlr")}
    if tracks & {b"soun", b"vide"}:
        return "audio/mp4" if b"vide" not in tracks else None
    return "audio/mp4" if extensions & _MP4_NAMES else None


def _places(head: bytes, word: bytes) -> list[int]:
    places = []
    at = head.find(word)
    while at >= 0:
        places.append(at)
        at = head.find(word, at + 4)
    return places
