"""Pictures of a film at four a second, for which no more is decoded than has to be; fewer of a long film.

Work is counted in what a decoder has to do, not in time, so that the same film always gives the same
pictures.
"""

from collections.abc import Iterator
from math import ceil, floor
from typing import TYPE_CHECKING

from dam.models.video.packet_groups import PacketGroup, packet_groups
from dam.models.video.reading import decoded, drained, leave_out_unreferenced, prepare

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    Seen = Iterator[tuple[int, "VideoFrame"]]

RATE = 4
"""Moments a second."""
_DENSE_LIMIT = 3600 * RATE
"""Moments of which each is looked at."""
_LIMIT = 4 * 3600 * RATE
"""Moments that are looked at at all."""
_WORK_LIMIT = 45.0
"""About as many seconds of a processor are spent on having a picture for every moment."""
_PIXELS_A_SECOND = 1e9
_BYTES_A_SECOND = 18e6
_SLOW_CODECS = frozenset({"av1", "ffv1", "hevc", "prores", "vp9", "vvc"})
_SLOWER = 2
_KEY_FRAMES_LIMIT = 1200
_KEY_PIXELS_LIMIT = 2.5e9
_LASTING = 10 * RATE
"""Moments for which a picture counts while no other one comes."""
_BAD_LIMIT = 200
"""Packets in a row that may be undecodable before the rest is given up."""
_SLACK = 0.001


class Sampler:
    """Gives a film's pictures by the moment at which they are seen, counted in quarters of a second."""

    def __init__(self, container: "InputContainer", track: "VideoStream") -> None:
        self._container = container
        self._track = track
        self._origin = _origin(container, track)
        self._shown: VideoFrame | None = None
        self._next = 0
        self._work = 0.0
        self._bad = 0
        self.dense_until: int | None = None
        """The moment from which on not every one has its picture; None if that is the end of the film."""

    def pictures(self) -> "Seen":
        """Yield moments and pictures in their order: every moment first, then what key frames there are."""
        prepare(self._track, is_rough=True)
        for group in packet_groups(self._container, self._track, self._origin):
            yield from self._sampled(group)
            if self._work >= _WORK_LIMIT or self._next >= _DENSE_LIMIT:
                self.dense_until = self._next
                break
            if self._bad > _BAD_LIMIT:
                return
        if self._shown is not None and self.dense_until is None:
            yield from self._lasting(floor(self._moment(self._shown) + _SLACK))
        elif self.dense_until is not None:
            yield from self._key_frames()

    def _sampled(self, group: PacketGroup) -> "Seen":
        """Decode a group as far as the last moment at which it is seen.

        If key frames come more often than moments, that is nothing at all.
        """
        last = _LIMIT if group.until is None else ceil(RATE * group.until - _SLACK) - 1
        if self._next <= last:
            for packet in group.packets:
                self._work += self._cost(packet.size)
                if self._shown is not None:
                    leave_out_unreferenced(self._track, packet)
                frames = decoded(self._track, packet)
                self._bad = self._bad + 1 if frames is None else 0
                for frame in frames or ():
                    yield from self._seen(frame, last)
                if self._next > last or self._bad > _BAD_LIMIT:
                    break
        if not group.goes_on:
            for frame in drained(self._track):
                yield from self._seen(frame, last)
            if group.until is not None:
                yield from self._lasting(last)

    def _cost(self, size: int) -> float:
        context = self._track.codec_context
        slower = _SLOWER if context.codec.canonical_name in _SLOW_CODECS else 1
        return slower * (context.width * context.height / _PIXELS_A_SECOND + size / _BYTES_A_SECOND)

    def _seen(self, frame: "VideoFrame", last: int) -> "Seen":
        """Yield the picture before this one for the moments at which it was still to be seen."""
        if frame.pts is None:
            return
        moment = self._moment(frame)
        if self._shown is None:
            self._next = max(self._next, floor(moment))
        yield from self._lasting(min(last, ceil(moment - _SLACK) - 1))
        self._shown = frame

    def _lasting(self, last: int) -> "Seen":
        shown = self._shown
        if shown is None:
            return
        longest = floor(self._moment(shown)) + _LASTING
        while self._next <= min(last, longest):
            yield self._next, shown
            self._next += 1
        self._next = max(self._next, last + 1)

    def _moment(self, frame: "VideoFrame") -> float:
        # Of the last pictures that a decoder gives PyAV does not know the time base.
        return RATE * max(0.0, float((frame.pts or 0) * (self._track.time_base or 1)) - self._origin)

    def _key_frames(self) -> "Seen":
        """Yield key frames, evenly spread over the rest, as many as so much work allows."""
        from av.error import FFmpegError

        end = min(_LIMIT, RATE * (self._container.duration or 0) // 1_000_000)
        pixels = self._track.codec_context.width * self._track.codec_context.height
        most = min(_KEY_FRAMES_LIMIT, max(1, int(_KEY_PIXELS_LIMIT / pixels)))
        for wanted in range(self._next, end, max(RATE, ceil((end - self._next) / most))):
            try:
                self._container.seek(round((wanted / RATE + self._origin) * 1_000_000))
                packet = next(self._container.demux(self._track))
            except (FFmpegError, StopIteration):
                return
            drained(self._track)
            frames = [*(decoded(self._track, packet) or ()), *drained(self._track)]
            place = round(self._moment(frames[0])) if frames else -1
            if self._next <= place < _LIMIT:
                self._next = place + 1
                yield place, frames[0]


def _origin(container: "InputContainer", track: "VideoStream") -> float:
    """Return the time at which the film begins, in seconds."""
    if track.start_time is not None and track.time_base is not None:
        return float(track.start_time * track.time_base)
    return (container.start_time or 0) / 1_000_000
