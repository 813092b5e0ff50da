"""Tiny recordings made in code: good ones, odd ones and broken ones, for tests and demonstrations."""

import struct
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

RATE = 22050
TAGS = {
    "title": "A Title",
    "artist": "An Artist",
    "album": "An Album",
    "album_artist": "Several",
    "track": "3/11",
    "disc": "1/2",
    "date": "2004-05-06",
    "genre": "Jazz",
    "composer": "A Composer",
    "comment": "A comment",
}
"""As FFmpeg names them."""


def tune(seed: int = 0, seconds: float = 6.0, rate: int = RATE) -> "npt.NDArray[np.int16]":
    """Return music of a kind: chords that change, with overtones, over a little noise.

    The same seed gives the same piece, and a shorter one is its beginning.
    """
    import numpy as np

    beat = rate // 4
    pieces = []
    for number in range(int(seconds * rate) // beat + 1):
        random = np.random.default_rng((seed, number))
        time = np.arange(beat) / rate
        sound = random.normal(0, 0.01, beat)
        for note in random.integers(0, 36, 3):
            frequency = 110 * 2 ** (note / 12)
            for overtone in (1, 2, 3):
                sound += np.sin(2 * np.pi * frequency * overtone * time) / overtone**2 * np.exp(-3 * time)
        pieces.append(sound)
    whole = np.concatenate(pieces)[: int(seconds * rate)]
    return (whole / 5 * 32000).clip(-32768, 32767).astype(np.int16)


def encoded(
    samples: "npt.NDArray[np.int16]",
    codec: str = "libmp3lame",
    container: str = "mp3",
    *,
    rate: int = RATE,
    bit_rate: int = 64000,
    tags: dict[str, str] | None = None,
) -> bytes:
    """Return mono samples as a file, by FFmpeg's encoder and muxer of those names."""
    import av

    from dam.models.sound_encoding import add_sound_track, write_sound

    file = BytesIO()
    with av.open(file, "w", format=container) as output:
        output.metadata.update(tags or {})
        write_sound(output, add_sound_track(output, codec, rate, bit_rate), samples, rate)
    return file.getvalue()


def wav(samples: "npt.NDArray[np.int16]", rate: int = RATE) -> bytes:
    """Return mono samples as a WAV file, without needing any library."""
    data = samples.astype("<i2").tobytes()
    head = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    body = b"WAVE" + head + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def with_cover(mp3: bytes, picture: bytes, title: str = "Covered") -> bytes:
    """Return an MP3 with tags in front that hold a JPEG as its cover."""
    frames = _id3_frame(b"TIT2", b"\x03" + title.encode())
    frames += _id3_frame(b"APIC", b"\x00image/jpeg\x00\x03\x00" + picture)
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + frames + mp3


def _id3_frame(name: bytes, body: bytes) -> bytes:
    return name + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + b"\x00\x00" + body


def good() -> dict[str, bytes]:
    """Return one ordinary file of each common format, by file name."""
    import numpy as np

    music = tune(1, 4.0)
    return {
        "good.wav": wav(music),
        "good.mp3": encoded(music, tags=TAGS),
        "good.flac": encoded(music, "flac", "flac", tags=TAGS),
        "good.oga": encoded(music, "flac", "ogg", tags=TAGS),
        "good.opus": encoded(music, "libopus", "ogg", tags=TAGS),
        "good.m4a": encoded(music, "aac", "ipod", tags=TAGS),
        "good.aac": encoded(music, "aac", "adts"),
        "good.aiff": encoded(music, "pcm_s16be", "aiff", tags=TAGS),
        "good.au": encoded(music, "pcm_s16be", "au"),
        "good.wma": encoded(music, "wmav2", "asf", tags=TAGS),
        "good.wv": encoded(music, "wavpack", "wv"),
        "good.mka": encoded(music, "flac", "matroska", tags=TAGS),
        "good.caf": encoded(music, "pcm_s16be", "caf"),
        "good.ac3": encoded(np.repeat(music, 2), "ac3", "ac3", rate=44100),
        "cover.mp3": with_cover(encoded(music), jpeg()),
    }


def odd() -> dict[str, bytes]:
    """Return files that are unusual but can be read, by file name."""
    import numpy as np

    music = tune(2, 4.0)
    return {
        "short.wav": wav(music[:1000]),
        "silence.wav": wav(np.zeros(4 * RATE, dtype=np.int16)),
        "tune.mid": b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk\x00\x00\x00\x04\x00\xff\x2f\x00",
        "wrong-name.ogg": encoded(music),
        "trailing-bytes.mp3": encoded(music) + b"left over" * 100,
        "half.mp3": _half(encoded(music)),
    }


def broken() -> dict[str, bytes]:
    """Return files that are recognised as sound but cannot be decoded, by file name."""
    music = tune(3, 4.0)
    flac = encoded(music, "flac", "flac")
    return {
        "head-only.flac": flac[:30],
        "head-only.wav": wav(music)[:20],
        "scrambled.flac": flac[:8192] + bytes(byte ^ 0x5A for byte in flac[8192:]),
        "head-only.m4a": encoded(music, "aac", "ipod")[:64],
        "tags-only.mp3": with_cover(b"", jpeg()),
        "bad-cover.mp3": with_cover(encoded(music), jpeg()[:40]),
        "tracker.it": b"IMPM" + bytes(252),
        "playlist.wav": b"RIFF\x10\x00\x00\x00WAVE#EXTM3U\nfile:///etc/passwd\n",
        "rf64.wav": b"RF64" + b"\xff" * 4 + b"WAVEds64" + b"\xff" * 40,
    }


def jpeg() -> bytes:
    """Return a small picture for a cover."""
    from PIL import Image

    file = BytesIO()
    Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]
