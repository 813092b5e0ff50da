"""Tiny films made in code: good ones, odd ones and broken ones, for tests and demonstrations."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]
    Sound = npt.NDArray[np.int16]

SOUND_RATE = 22050
TAGS = {
    "title": "A Title",
    "creation_time": "2024-05-06T07:08:09.000000Z",
    "location": "+48.8577+002.2950+035.000/",
}
"""As FFmpeg names them."""


@dataclass(frozen=True)
class Film:
    """What to make: shots that follow each other, each of a scene in which things move.

    The same seed gives the same film, in any size and at any rate, and a start the rest of it from there.
    """

    seed: int = 0
    seconds: float = 4.0
    start: float = 0.0
    size: tuple[int, int] = (160, 90)
    rate: int = 12
    bars: int = 0
    """Lines of black above and below."""
    pillars: int = 0
    """Lines of black on the left and on the right."""
    rotation: int = 0
    """By how many degrees it says that it is to be turned clockwise."""
    sound: "Sound | None" = None
    tags: dict[str, str] = field(default_factory=dict)
    chapters: tuple[str, ...] = ()
    codec: str = "mpeg4"
    container: str = "mp4"
    sound_codec: str = "aac"
    bit_rate: int = 400_000
    options: dict[str, str] = field(default_factory=dict)
    source: "Callable[[float, tuple[int, int]], Pixels] | None" = None
    """What gives the picture at a time in a size, if it is not the seed."""


def picture(seed: int, time: float, size: tuple[int, int]) -> "Pixels":
    """Return the picture of a film at a time, in RGB."""
    import numpy as np

    number, since = _shot(seed, time)
    width, height = size
    random = np.random.default_rng((seed, number))
    drift = random.uniform(-0.02, 0.02, 2) * since
    down = (np.arange(height, dtype=np.float32) / height + drift[0])[:, np.newaxis]
    across = (np.arange(width, dtype=np.float32) / width + drift[1])[np.newaxis, :]
    pixels = np.zeros((height, width, 3), dtype=np.float32)
    for channel in range(3):
        for _ in range(4):
            one, other, phase = random.uniform(1, 5), random.uniform(1, 5), random.uniform(0, 6)
            # A sine of a sum, from few sines.
            waves, others = 6.28 * one * across + phase, 6.28 * other * 0.6 * down
            pixels[..., channel] += np.sin(waves) * np.cos(others) + np.cos(waves) * np.sin(others)
    pixels = 128 + 22 * pixels
    for _ in range(5):
        place, speed = random.uniform(0.1, 0.9, 2), random.uniform(-0.08, 0.08, 2)
        radius, colour = random.uniform(0.04, 0.2), random.uniform(0, 255, 3)
        middle = 1 - np.abs(1 - (place + speed * since) % 2)
        inside = ((down - middle[0]) ** 2 + ((across - middle[1]) * width / height) ** 2) < radius**2
        pixels[inside] = colour
    return pixels.clip(0, 255).astype(np.uint8)


@lru_cache(maxsize=64)
def _cuts(seed: int, before: int) -> list[float]:
    import numpy as np

    lengths = np.random.default_rng((seed, 1 << 20)).uniform(2.5, 7, before)
    cuts: list[float] = np.concatenate([[0.0], np.cumsum(lengths)]).tolist()
    return cuts


def _shot(seed: int, time: float) -> tuple[int, float]:
    """Return which shot is seen at a time, and for how long it has been."""
    cuts = _cuts(seed, 2000)
    number = sum(1 for cut in cuts if cut <= time) - 1
    return number, time - cuts[number]


def encoded(film: Film) -> bytes:
    """Return a film as a file, by FFmpeg's encoders and muxer."""
    import av
    import numpy as np

    from dam.models.sound_encoding import add_sound_track, write_sound

    file = BytesIO()
    with av.open(file, "w", format=film.container) as output:
        output.metadata.update(film.tags)
        stream: Any = output.add_stream(film.codec, rate=film.rate, options=film.options)
        stream.width, stream.height = film.size[0] + 2 * film.pillars, film.size[1] + 2 * film.bars
        stream.pix_fmt = "yuvj420p" if film.codec == "mjpeg" else "yuv420p"
        stream.bit_rate = film.bit_rate
        if film.rotation:
            stream.set_display_rotation(-film.rotation)
        sound: Any = None
        if film.sound is not None:
            sound = add_sound_track(output, film.sound_codec, SOUND_RATE)
        if film.chapters:
            output.set_chapters(_chapters(film))
        black = ((film.bars, film.bars), (film.pillars, film.pillars), (0, 0))
        for number in range(round(film.seconds * film.rate)):
            time = film.start + number / film.rate
            pixels = film.source(time, film.size) if film.source else picture(film.seed, time, film.size)
            frame = av.VideoFrame.from_ndarray(np.pad(pixels, black), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, film.rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if film.sound is not None:
            write_sound(output, sound, film.sound, SOUND_RATE)
    return file.getvalue()


def _chapters(film: Film) -> Any:
    length = int(1000 * film.seconds / len(film.chapters))
    return [
        {
            "id": number + 1,
            "start": number * length,
            "end": (number + 1) * length,
            "time_base": Fraction(1, 1000),
            "metadata": {"title": title},
        }
        for number, title in enumerate(film.chapters)
    ]


def noise(seed: int, seconds: float) -> "Sound":
    """Return sound of a kind: tones that change three times a second."""
    import numpy as np

    beat = SOUND_RATE // 3
    count = int(seconds * SOUND_RATE)
    time = np.arange(beat) / SOUND_RATE
    parts = []
    for number in range(count // beat + 1):
        notes = np.random.default_rng((seed, number)).integers(0, 30, 3)
        parts.append(sum(np.sin(2 * np.pi * 220 * 2 ** (note / 12) * time) for note in notes) / 4)
    return (np.concatenate(parts)[:count] * 20000).astype(np.int16)


def good() -> dict[str, bytes]:
    """Return one ordinary film of each common format, by file name."""
    sound = noise(1, 4)
    return {
        "good.mp4": encoded(Film(sound=sound, tags=TAGS, chapters=("One", "Two"))),
        "good.mov": encoded(Film(container="mov", codec="mjpeg", tags=TAGS)),
        "good.m4v": encoded(Film(container="ipod")),
        "good.3gp": encoded(Film(container="3gp", codec="h263", size=(176, 144))),
        "good.mkv": encoded(Film(container="matroska", codec="ffv1", sound=sound, sound_codec="flac")),
        "good.webm": encoded(Film(container="webm", codec="libvpx", sound=sound, sound_codec="libopus")),
        "good.avi": encoded(Film(container="avi", sound=sound, sound_codec="libmp3lame")),
        "good.ts": encoded(Film(container="mpegts", codec="mpeg2video", rate=25)),
        "good.mpg": encoded(Film(container="vob", codec="mpeg2video", rate=25)),
        "good.flv": encoded(Film(container="flv", codec="flv")),
        "good.wmv": encoded(Film(container="asf", codec="wmv2")),
    }


def odd() -> dict[str, bytes]:
    """Return films that are unusual but can be read, by file name."""
    whole = encoded(Film(seed=2))
    return {
        "one-picture.mp4": encoded(Film(seconds=0.09)),
        "turned.mov": encoded(Film(container="mov", rotation=90)),
        "letterbox.mp4": encoded(Film(bars=16)),
        "wrong-name.avi": whole,
        "trailing-bytes.mp4": whole + bytes(999),
        "half.ts": _half(encoded(Film(container="mpegts", codec="mpeg2video", rate=25))),
    }


def broken() -> dict[str, bytes]:
    """Return files that are recognised as films but cannot be decoded, by file name."""
    film = encoded(Film(seed=3))
    matroska = encoded(Film(seed=3, container="matroska"))
    return {
        "head-only.mp4": film[:40],
        "half.mp4": _half(film),
        "head-only.mkv": matroska[:300],
        "scrambled.mkv": matroska[:200] + bytes(byte ^ 0x5A for byte in matroska[200:]),
        "playlist.mp4": b"\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom#EXTM3U\nfile:///etc/passwd\n",
        "head-only.avi": encoded(Film(container="avi"))[:64],
    }


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]
