"""Sound put into files by FFmpeg's encoders, for samples of kinds that have some."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from av.container import OutputContainer


def add_sound_track(output: "OutputContainer", codec: str, rate: int, bit_rate: int | None = None) -> Any:
    """Return a new track of mono sound, open for the encoder of this name; Opus has a rate of its own."""
    track: Any = output.add_stream(codec, rate=48000 if codec == "libopus" else rate, layout="mono")
    if bit_rate is not None:
        track.bit_rate = bit_rate
    track.codec_context.open()
    return track


def write_sound(output: "OutputContainer", track: Any, samples: "npt.NDArray[np.int16]", rate: int) -> None:
    """Write mono samples as a track, in the form that its encoder wants."""
    import av
    import numpy as np

    context = track.codec_context
    resampler = av.AudioResampler(
        format=context.format, layout="mono", rate=context.sample_rate, frame_size=context.frame_size
    )
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[np.newaxis]), "s16", "mono")
    frame.sample_rate = rate
    written = 0
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        part.pts, part.time_base = written, Fraction(1, context.sample_rate)
        written += part.samples
        output.mux(track.encode(part))
    output.mux(track.encode(None))
