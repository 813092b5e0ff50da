"""Untrusted sound, decoded with PyAV from a container that is open: limits first, errors in plain words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dam.models.av_container import MediaError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.filter import Graph

_BAD_PACKETS_LIMIT = 1000
"""Packets in a row that may be undecodable before the rest is given up."""

_RATES = range(1000, 6_000_001)
"""Samples a second that sound may have: at fewer, a small file would come to very many."""
_PUSHED_AT_ONCE = 32
"""Frames that are given to the resampler before it is asked for what it has made of them."""
_BLOCK = 8192
"""Samples that it gives back at a time."""


class SoundError(MediaError):
    """The bytes are no sound that can be read; the message says why in a few words."""


def sound_track(container: "InputContainer") -> "AudioStream":
    """Return the track that FFmpeg takes for the best; raises SoundError if there is none."""
    stream: Any = container.streams.best("audio")
    if stream is None:
        raise SoundError("no sound in it")
    if stream.codec_context is None:
        raise SoundError("no decoder for its codec")
    track: AudioStream = stream
    return track


def mono(container: "InputContainer", rate: int, seconds: float) -> Iterator["npt.NDArray[np.int16]"]:
    """Yield the sound as mono samples of 16 bits at a rate, as far as so many seconds.

    The resampler's settings are those of fpcalc, so that fingerprints agree. Packets that cannot be
    decoded are left out; raises SoundError if that leaves nothing, or less than half.
    """
    wanted = int(seconds * rate)
    resampler = _Resampler(rate)
    for frame in _frames(container, sound_track(container)):
        for samples in resampler.resampled(frame):
            yield samples[:wanted]
            wanted -= len(samples)
        if wanted <= 0:
            return
    for samples in resampler.flushed():
        yield samples[: max(0, wanted)]
        wanted -= len(samples)


def _frames(container: "InputContainer", track: "AudioStream") -> Iterator["AudioFrame"]:
    """Yield what can be decoded."""
    from av.error import FFmpegError

    good = bad = in_a_row = 0
    reason: FFmpegError | None = None
    packets = container.demux(track)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            break
        except FFmpegError as error:
            reason, bad = error, bad + 1
            break
        try:
            frames = track.codec_context.decode(packet)
        except FFmpegError as error:
            if packet.size == 0:
                break
            reason, bad, in_a_row = error, bad + 1, in_a_row + 1
            if in_a_row > _BAD_PACKETS_LIMIT:
                break
            continue
        good, in_a_row = good + bool(frames), 0
        yield from frames
    if good == 0 or bad > good:
        raise reason or SoundError("truncated: nothing in it can be decoded")


class _Resampler:
    """Resamples frames to mono; a new filter graph is made when what the frames are changes."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._graph: Graph | None = None
        self._form: tuple[Any, ...] = ()
        self._pushed = 0

    def resampled(self, frame: "AudioFrame") -> "Iterator[npt.NDArray[np.int16]]":
        form = (frame.format.name, frame.layout.name, frame.layout.nb_channels, frame.sample_rate)
        if form != self._form:
            yield from self.flushed()
            self._graph, self._form = self._made_for(frame), form
        frame.pts = None
        if self._graph is not None:
            self._graph.push(frame)
            self._pushed += 1
        # Asking for what is not there yet costs more than resampling does.
        if self._pushed % _PUSHED_AT_ONCE == 0:
            yield from self._pulled()

    def flushed(self) -> "Iterator[npt.NDArray[np.int16]]":
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pulled()
        self._graph = None

    def _made_for(self, frame: "AudioFrame") -> "Graph":
        from fractions import Fraction

        from av.filter import Graph

        if frame.sample_rate not in _RATES:
            raise SoundError(f"damaged: no recording has {frame.sample_rate} samples a second")
        graph = Graph()
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            channels=frame.layout.nb_channels,
            time_base=Fraction(1, frame.sample_rate),
        )
        settings = "filter_size=16:phase_shift=8:linear_interp=1:cutoff=0.8:osf=s16:ochl=mono"
        resample = graph.add("aresample", f"{self._rate}:{settings}")
        gather = graph.add("asetnsamples", f"n={_BLOCK}:p=0")
        sink = graph.add("abuffersink")
        source.link_to(resample)
        resample.link_to(gather)
        gather.link_to(sink)
        graph.configure()
        return graph

    def _pulled(self) -> "Iterator[npt.NDArray[np.int16]]":
        from av.error import BlockingIOError as NothingYet
        from av.error import EOFError as AtEnd

        while self._graph is not None:
            try:
                frame: Any = self._graph.pull()
            except (NothingYet, AtEnd):
                return
            yield frame.to_ndarray().reshape(-1)
