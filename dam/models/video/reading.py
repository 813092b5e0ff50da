"""Films, opened and decoded with limits: the track that is looked at, and its pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dam.core.content import Content
from dam.models.av_container import MediaError, opened

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

EXTRA = "video"
"""The optional dependency that brings what decodes films."""
PIXEL_LIMIT = 70_000_000
"""Pixels of a picture: those of 8K are half as many."""

_DEMUXERS = {
    "application/mxf": "mxf",
    "video/3gpp": "mov",
    "video/3gpp2": "mov",
    "video/mp2t": "mpegts",
    "video/mp4": "mov",
    "video/ogg": "ogg",
    "video/quicktime": "mov",
    "video/vnd.rn-realvideo": "rm",
    "video/webm": "matroska",
    "video/x-dv": "dv",
    "video/x-f4v": "mov",
    "video/x-flv": "flv",
    "video/x-ivf": "ivf",
    "video/x-m4v": "mov",
    "video/x-matroska": "matroska",
    "video/x-ms-wmv": "asf",
    "video/x-msvideo": "avi",
    "video/x-nut": "nut",
    "video/x-yuv4mpeg": "yuv4mpegpipe",
}
_SEQUENCE_HEADER = b"\x00\x00\x01\xb3"


class VideoError(MediaError):
    """The bytes are no film that can be read; the message says why in a few words."""


@contextmanager
def opened_video(content: Content, media_type: str) -> Iterator["InputContainer"]:
    """Give a film of this type with its headers read; raises VideoError and Unavailable as `opened` does."""
    with opened(content, _demuxer(content, media_type), EXTRA, VideoError) as container:
        yield container


def _demuxer(content: Content, media_type: str) -> str:
    if media_type == "video/mpeg":
        return "mpegvideo" if content.head(4) == _SEQUENCE_HEADER else "mpeg"
    return _DEMUXERS[media_type]


def picture_track(container: "InputContainer") -> "VideoStream":
    """Return the track of moving pictures that FFmpeg takes for the best.

    Raises VideoError if there is none, as where the only picture is a cover, or none that is decoded.
    """
    moving = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not moving:
        raise VideoError("no moving pictures in it")
    best: Any = container.streams.best("video")
    track: VideoStream = best if best in moving else moving[0]
    if track.codec_context is None:
        raise VideoError("no decoder for its codec")
    width, height = track.codec_context.width, track.codec_context.height
    if width < 1 or height < 1:
        raise VideoError("damaged: its pictures have no size")
    if width * height > PIXEL_LIMIT:
        raise VideoError(f"its pictures have more than {PIXEL_LIMIT // 1_000_000} megapixels")
    return track


def _is_cover(stream: "VideoStream") -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def prepare(track: "VideoStream", *, is_rough: bool = False) -> None:
    """Have the decoder refuse larger pictures than were announced, and use one thread.

    If the pictures may be rough, the edges between blocks are left as they are.
    """
    context = track.codec_context
    context.thread_count = 1
    rough = {"skip_loop_filter": "all"} if is_rough else {}
    context.options = {"max_pixels": str(PIXEL_LIMIT), **rough}


def leave_out_unreferenced(track: "VideoStream", packet: "Packet[VideoStream]") -> None:
    """Have the decoder leave out the next picture if no other one refers to it, unless it is a key frame."""
    track.codec_context.skip_frame = "DEFAULT" if packet.is_keyframe else "NONREF"


def decoded(track: "VideoStream", packet: "Packet[VideoStream]") -> list["VideoFrame"] | None:
    """Return the pictures that come out when a packet goes in; None if it cannot be decoded."""
    from av.error import FFmpegError

    try:
        frames: Any = track.codec_context.decode(packet)
    except FFmpegError:
        return None
    return list(frames)


def drained(track: "VideoStream") -> list["VideoFrame"]:
    """Return the pictures that the decoder still has, and let it start anew."""
    from av.error import FFmpegError

    try:
        frames: Any = track.codec_context.decode(None)
    except FFmpegError:
        frames = []
    track.codec_context.flush_buffers()
    return list(frames)
