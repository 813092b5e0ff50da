"""How FFmpeg is asked to read each format, and what it is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dam.core.content import Content
from dam.models.av_container import opened
from dam.models.sound_decoding import SoundError

if TYPE_CHECKING:
    from av.container import InputContainer

EXTRA = "audio"
"""The optional dependency that brings what decodes sound and reads its tags."""

_DEMUXERS = {
    "audio/aac": "aac",
    "audio/ac3": "ac3",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
    "audio/amr-wb": "amr",
    "audio/basic": "au",
    "audio/eac3": "eac3",
    "audio/flac": "flac",
    "audio/mp4": "mov",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "audio/qcelp": "qcp",
    "audio/vnd.dts": "dts",
    "audio/wav": "wav",
    "audio/webm": "matroska",
    "audio/x-8svx": "iff",
    "audio/x-ape": "ape",
    "audio/x-caf": "caf",
    "audio/x-dff": "iff",
    "audio/x-dsf": "dsf",
    "audio/x-matroska": "matroska",
    "audio/x-ms-wma": "asf",
    "audio/x-musepack": "mpc",
    "audio/x-pn-realaudio": "rm",
    "audio/x-realaudio": "rm",
    "audio/x-speex": "ogg",
    "audio/x-tak": "tak",
    "audio/x-tta": "tta",
    "audio/x-voc": "voc",
    "audio/x-w64": "w64",
    "audio/x-wavpack": "wv",
}
"""The demuxer of each media type. Trackers' files, which are notes and no recording, are not here."""

DECODABLE = frozenset(_DEMUXERS)

WRITTEN_MUSIC = frozenset({"audio/midi"})
"""Formats without any sound in them."""


@contextmanager
def opened_audio(content: Content, media_type: str) -> Iterator["InputContainer"]:
    """Give a file of this type with its headers read; raises SoundError and Unavailable as `opened` does."""
    demuxer = _DEMUXERS.get(media_type)
    if demuxer is None:
        raise SoundError(f"no decoder for {media_type}")
    if demuxer == "mpc" and content.head(4) == b"MPCK":
        demuxer = "mpc8"
    with opened(content, demuxer, EXTRA, SoundError) as container:
        yield container
