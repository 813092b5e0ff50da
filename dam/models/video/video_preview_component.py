"""A few pictures of a film side by side, to look at."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dam.core.content import Content, DerivedStore
from dam.core.system import system
from dam.models.preview import LONGEST_SIDE, Preview, jpeg_preview
from dam.models.video import VideoComponent
from dam.models.video.headers import Headers, Picture, need_picture
from dam.models.video.reading import (
    VideoError,
    decoded,
    drained,
    leave_out_unreferenced,
    opened_video,
    picture_track,
    prepare,
)

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL import Image

ACROSS = DOWN = 3
_SHORT = 2.0
"""Seconds of a film of which one picture says enough."""
_PACKETS_LIMIT = 300
"""How many packets are decoded to come nearer to a moment than the key frame before it."""
_NEAR = 0.5
"""Parts of the time between two moments that a key frame may be before one of them."""
_MICROSECONDS = 1_000_000


class VideoPreviewComponent(Preview):
    """The preview of a film: a contact sheet of nine moments, of a very short one its first picture."""


@system(version=1)
def make_contact_sheet(
    video: VideoComponent, headers: Headers, content: Content, store: DerivedStore
) -> VideoPreviewComponent:
    """Keep a JPEG with pictures from all parts of the film, in rows from left to right.

    Raises VideoError if no picture can be decoded.
    """
    picture = need_picture(headers)
    moments = _moments(headers.duration or 0.0)
    with opened_video(content, video.media_type) as container:
        track = picture_track(container)
        frames = list(_pictures(container, track, moments))
        if not frames:
            raise VideoError("truncated: no picture in it can be decoded")
        made = jpeg_preview(_sheet([_displayed(frame, picture, len(moments)) for frame in frames]))
    return VideoPreviewComponent(digest=store.put_derived(made.data), **made.facts)


def _moments(duration: float) -> list[float]:
    if duration < _SHORT:
        return [0.0]
    count = ACROSS * DOWN
    return [duration * (2 * number + 1) / (2 * count) for number in range(count)]


def _pictures(
    container: "InputContainer", track: "VideoStream", moments: list[float]
) -> "Iterator[VideoFrame]":
    """Yield the picture at each moment, or the nearest one before it that costs not too much."""
    from av.error import FFmpegError

    prepare(track, is_rough=True)
    beginning = container.start_time or 0
    for moment in moments:
        at = moment + beginning / _MICROSECONDS
        try:
            if moment:
                container.seek(round(at * _MICROSECONDS))
            # The first moment is half as far from the beginning as the others are from each other.
            frame = _near(container, track, at - 2 * _NEAR * moments[0], at)
        except FFmpegError:
            frame = None
        drained(track)
        if frame is not None:
            yield frame


def _near(
    container: "InputContainer", track: "VideoStream", enough: float, moment: float
) -> "VideoFrame | None":
    """Return the first picture after one time, or the last one before the other, of not too many packets."""
    base = track.time_base or 1
    nearest: VideoFrame | None = None
    for number, packet in enumerate(container.demux(track)):
        if nearest is not None:
            leave_out_unreferenced(track, packet)
        for frame in decoded(track, packet) or ():
            if nearest is not None and (frame.pts or 0) * base > moment:
                return nearest
            nearest = frame
            if (frame.pts or 0) * base >= enough:
                return nearest
        if number >= _PACKETS_LIMIT and nearest is not None:
            return nearest
    return nearest or next(iter(drained(track)), None)


def _displayed(frame: "VideoFrame", picture: Picture, count: int) -> "Image.Image":
    """Return a picture as displayed, in the size that it has on the sheet."""
    from PIL import Image

    longest = LONGEST_SIDE // (ACROSS if count > 1 else 1)
    scale = min(1.0, longest / max(picture.width, picture.height))
    width, height = (max(1, round(side * scale)) for side in (picture.width, picture.height))
    stored = (height, width) if picture.rotation in (90, 270) else (width, height)
    small = frame.reformat(width=stored[0], height=stored[1], format="rgb24", interpolation="AREA")
    image = Image.fromarray(small.to_ndarray())
    return image.rotate(-picture.rotation, expand=True) if picture.rotation else image


def _sheet(pictures: "list[Image.Image]") -> "Image.Image":
    if len(pictures) == 1:
        return pictures[0]
    from PIL import Image

    width, height = pictures[0].size
    rows = -(-len(pictures) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * width, rows * height))
    for number, picture in enumerate(pictures):
        down, across = divmod(number, ACROSS)
        sheet.paste(picture, (across * width, down * height))
    return sheet
