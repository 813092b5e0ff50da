"""What a sound file says about itself, read once for every system that asks."""

import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from dam.core.content import Content
from dam.core.system import Unavailable, resource
from dam.errors import DamError
from dam.models.audio import AudioComponent
from dam.models.audio.formats import DECODABLE, EXTRA, opened_audio
from dam.models.audio.mpeg_frames import id3_size
from dam.models.sound_decoding import SoundError
from dam.models.tag_text import plain

if TYPE_CHECKING:
    from tinytag import TinyTag

_METADATA_LIMIT = 32 << 20
_NAMES = {"audio/mpeg": "x.mp3"}
"""What tinytag would not know for what it is otherwise: frames may be damaged, and tags stand at the end."""
_VALUES_LIMIT = 1000
_COVER_LIMIT = 32 << 20
_SAME = {"albumartist": "album_artist", "tracktotal": "track_total", "disctotal": "disc_total"}
_PAIRS = {"track": "track_total", "disc": "disc_total"}


@dataclass(frozen=True)
class Tags:
    """The values of each tag, by its name in lower case, and the picture for the cover."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cover: bytes | None = None

    def first(self, name: str) -> str | None:
        """Return a tag's first value."""
        return next(iter(self.values.get(name, ())), None)

    def number(self, name: str) -> int | None:
        """Return a tag's first value as a number, if it is one that a database holds."""
        found = re.fullmatch(r"\s*(\d{1,9})\s*", self.first(name) or "", re.ASCII)
        return int(found[1]) if found else None


@resource
def tags(audio: AudioComponent, content: Content) -> Tags:
    """Read the tags and the cover; raises SoundError if they are damaged."""
    try:
        import tinytag
    except ImportError as error:
        raise Unavailable("tinytag", extra=EXTRA) from error
    if audio.media_type not in DECODABLE:
        return Tags()
    try:
        found = _by_tinytag(audio.media_type, content)
    except tinytag.UnsupportedFormatError:
        return _by_ffmpeg(audio, content)
    except tinytag.TinyTagException as error:
        if isinstance(error.__cause__, DamError | MemoryError):
            raise error.__cause__ from None
        raise SoundError(_reason(error)) from error
    texts: dict[str, list[str]] = {}
    for part in found:
        for name, values in part.as_dict().items():
            if isinstance(values, list):
                texts.setdefault(name, []).extend(values)
    pictures = [part.images.any for part in found if part.images.any]
    return Tags(_cleaned(texts), _picture(pictures[0].data if pictures else None))


def _reason(error: Exception) -> str:
    if isinstance(error.__cause__, struct.error | EOFError | IndexError):
        return "damaged tags: they end too early"
    if isinstance(error.__cause__, OverflowError | RecursionError):
        return "damaged tags: they make no sense"
    return f"damaged tags: {' '.join(str(error).split())[:200]}"


def _by_tinytag(media_type: str, content: Content) -> list["TinyTag"]:
    """Return what tinytag finds, the tags that are the format's own first."""
    from tinytag import TinyTag

    found = []
    name = _NAMES.get(media_type)
    with content.open() as file:
        if media_type == "audio/flac" and (start := id3_size(file.read(10))):
            file.seek(start)
            own = BytesIO(file.read(_METADATA_LIMIT))
            found.append(TinyTag.get(file_obj=own, duration=False, image=True))
        file.seek(0)
        found.append(TinyTag.get(name, file, duration=False, image=True))
    return found


def _by_ffmpeg(audio: AudioComponent, content: Content) -> Tags:
    with opened_audio(content, audio.media_type) as container:
        texts: dict[str, list[str]] = {}
        for metadata in (container.metadata, *(stream.metadata for stream in container.streams.audio)):
            for name, value in metadata.items():
                texts.setdefault(name.lower(), []).append(value)
        cover = None
        for stream in container.streams.video:
            packet = next(iter(container.demux(stream)), None)
            cover = bytes(packet) if packet is not None and packet.size else cover
        return Tags(_cleaned(_split_pairs(texts)), _picture(cover))


def _split_pairs(texts: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return `3/11` as a number and a total."""
    split: dict[str, list[str]] = dict(texts)
    for name, total in _PAIRS.items():
        number, slash, of = (texts.get(name) or [""])[0].partition("/")
        if slash:
            split[name], split[total] = [number], [of]
    year = split.pop("date", None)
    return {**split, "year": year} if year else split


def _cleaned(texts: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return texts that any database holds, without empty ones and without the same twice."""
    cleaned: dict[str, tuple[str, ...]] = {}
    for name, values in list(texts.items())[:_VALUES_LIMIT]:
        texts_only = dict.fromkeys(plain(value) for value in list(values)[:_VALUES_LIMIT])
        texts_only.pop("", None)
        if texts_only:
            key = plain(name).lower()[:200]
            cleaned[_SAME.get(key, key)] = tuple(texts_only)
    return cleaned


def _picture(data: bytes | None) -> bytes | None:
    return data if data and len(data) <= _COVER_LIMIT else None
