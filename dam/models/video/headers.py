"""What the headers of a film say, and its first picture: read once for every system that asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dam.core.content import Content
from dam.core.system import resource
from dam.models.av_container import MediaError
from dam.models.tag_text import plain
from dam.models.video import VideoComponent
from dam.models.video.reading import VideoError, decoded, opened_video, picture_track, prepare
from dam.models.video.user_data import user_data

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_PACKETS_LIMIT = 200
"""How many packets are tried for a first picture."""
_RATE_LIMIT = 1000
"""Pictures a second that are no rate but a clock's ticks."""
_LIST_LIMIT = 1000
_UNTIMED = frozenset({"mpegvideo"})
"""Demuxers that only guess how long it is."""
_TECHNICAL = frozenset({"major_brand", "minor_version", "compatible_brands", "creation_time"})


@dataclass(frozen=True)
class Picture:
    """The pictures of a film, as they are stored and as they are displayed."""

    codec: str
    width: int
    height: int
    rotation: int
    frame_rate: float | None


@dataclass(frozen=True)
class Track:
    """A track of sound or of subtitles."""

    codec: str | None
    language: str | None
    title: str | None
    sample_rate: int | None = None
    channels: int | None = None


@dataclass(frozen=True)
class Chapter:
    """A part of a film, in seconds from its beginning."""

    start: float
    end: float
    title: str | None


@dataclass(frozen=True)
class Headers:
    """Everything that is read without looking at more than the first picture."""

    container: str
    duration: float | None
    bit_rate: int | None
    picture: Picture | None
    problem: str = ""
    """Why there is no picture."""
    audio: tuple[Track, ...] = ()
    subtitles: tuple[Track, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    """By their names in lower case, as FFmpeg calls them, those of the tracks last."""


@resource
def headers(video: VideoComponent, content: Content) -> Headers:
    """Read the headers; raises VideoError if they are damaged."""
    with opened_video(content, video.media_type) as container:
        try:
            picture, problem = _picture(container, picture_track(container)), ""
        except MediaError as error:
            picture, problem = None, str(error)
        untimed = container.format.name in _UNTIMED
        return Headers(
            container=container.format.name.partition(",")[0],
            duration=None if untimed or not container.duration else max(0.0, container.duration / 1_000_000),
            bit_rate=None if untimed else container.bit_rate or None,
            picture=picture,
            problem=problem,
            audio=tuple(_track(stream) for stream in container.streams.audio[:_LIST_LIMIT]),
            subtitles=tuple(_track(stream) for stream in container.streams.subtitles[:_LIST_LIMIT]),
            chapters=_chapters(container),
            tags=_tags(container, user_data(content)),
        )


def _picture(container: "InputContainer", track: "VideoStream") -> Picture:
    context, rate = track.codec_context, track.average_rate or track.guessed_rate
    aspect = float(track.sample_aspect_ratio or 1) or 1.0
    width, height, rotation = max(1, round(context.width * aspect)), context.height, 0
    codec = context.codec.canonical_name
    rotation = _rotation(container, track)
    if rotation in (90, 270):
        width, height = height, width
    frame_rate = float(rate) if rate and 0 < rate < _RATE_LIMIT else None
    return Picture(codec, width, height, rotation, frame_rate)


def _rotation(container: "InputContainer", track: "VideoStream") -> int:
    """Return by how many degrees the first picture is turned clockwise to be looked at."""
    prepare(track)
    for number, packet in enumerate(container.demux(track)):
        for frame in decoded(track, packet) or ():
            return turned_clockwise(frame)
        if number >= _PACKETS_LIMIT:
            break
    return 0


def turned_clockwise(frame: Any) -> int:
    """Return by how many degrees a picture is to be turned, in quarters."""
    quarters: int = round(-frame.rotation / 90)
    return quarters * 90 % 360


def _track(stream: Any) -> Track:
    context = stream.codec_context
    codec = context.codec.canonical_name if context is not None else None
    is_sound = context is not None and stream.type == "audio"
    language = plain(stream.metadata.get("language", ""))[:100]
    return Track(
        codec,
        None if language in ("", "und") else language,
        plain(stream.metadata.get("title", "")) or None,
        (context.sample_rate or None) if is_sound else None,
        (context.channels or None) if is_sound else None,
    )


def _chapters(container: "InputContainer") -> tuple[Chapter, ...]:
    found: list[Chapter] = []
    for chapter in container.chapters()[:_LIST_LIMIT]:
        base = chapter["time_base"] or 1
        start, end = float(chapter["start"] * base), float(chapter["end"] * base)
        title = plain(chapter["metadata"].get("title", "")) or None
        if 0 <= start <= end:
            found.append(Chapter(start, end, title))
    return tuple(found)


def _tags(container: "InputContainer", more: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of the whole, those that FFmpeg does not read, and what only the pictures say."""
    found: dict[str, str] = {}
    for metadata in (container.metadata, *(stream.metadata for stream in container.streams.video)):
        for name, value in list(metadata.items())[:_LIST_LIMIT]:
            key, text = plain(name).lower()[:200], plain(value)
            if key and text and (metadata is container.metadata or key == "creation_time"):
                found.setdefault(key, text)
    return {**{name: plain(text) for name, text in more.items()}, **found}


def described(headers: Headers) -> dict[str, str]:
    """Return the tags that are worth to be kept as they are."""
    return {name: value for name, value in headers.tags.items() if name not in _TECHNICAL}


def need_picture(headers: Headers) -> Picture:
    """Return what is known of the pictures; raises VideoError if there are none."""
    if headers.picture is None:
        raise VideoError(headers.problem)
    return headers.picture
