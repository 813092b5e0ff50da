"""Recordings, films and documents, each in several encodings, with parts of them and others beside them."""

import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from dam.models.audio.samples import RATE, TAGS, tune, wav
from dam.models.audio.samples import encoded as sound
from dam.models.document.samples import docx, html, pdf, txt
from dam.models.video.samples import Film
from dam.models.video.samples import encoded as film
from tests.commands.facts import write

RECORDINGS = {"piece.wav", "piece.flac", "piece.mp3", "piece.opus"}
FILMS = {"film.mp4", "film.webm", "small.avi"}
TEXTS = {"essay.pdf", "essay.docx", "essay.html", "essay.txt"}


def prose(seed: int, words: int) -> tuple[str, ...]:
    """Return paragraphs of words that no other seed puts like that."""
    chosen = random.Random(seed)
    vocabulary = [f"{a}{b}{c}" for a in "blmnprst" for b in "aeiou" for c in ("da", "go", "ni", "ru", "s")]
    told = [chosen.choice(vocabulary) for _ in range(words)]
    return tuple(" ".join(told[start : start + 60]) for start in range(0, words, 60))


@cache
def recordings() -> Mapping[str, bytes]:
    """Return one piece in four encodings, an excerpt of it, another piece and silence."""
    piece = tune(1, 20.0)
    return {
        "piece.mp3": sound(piece, bit_rate=64000, tags=TAGS),
        "piece.wav": wav(piece),
        "piece.flac": sound(piece, "flac", "flac", tags=TAGS),
        "piece.opus": sound(piece, "libopus", "ogg", bit_rate=32000),
        "excerpt.mp3": sound(piece[4 * RATE : 14 * RATE]),
        "other.mp3": sound(tune(2, 20.0)),
        "silence.wav": wav(np.zeros(20 * RATE, dtype=np.int16)),
        "silence.mp3": sound(np.zeros(20 * RATE, dtype=np.int16)),
    }


@cache
def films() -> Mapping[str, bytes]:
    """Return one film in three encodings and sizes, a clip of it, and another film."""
    return {
        "small.avi": film(Film(seed=1, seconds=16, size=(96, 54), container="avi")),
        "film.mp4": film(Film(seed=1, seconds=16)),
        "film.webm": film(Film(seed=1, seconds=16, codec="libvpx", container="webm", bit_rate=120_000)),
        "clip.mp4": film(Film(seed=1, start=4, seconds=8)),
        "other.mp4": film(Film(seed=2, seconds=16)),
    }


@cache
def documents() -> Mapping[str, bytes]:
    """Return one text in four formats, a longer one of which it is a part, and another text."""
    essay = prose(1, 600)
    return {
        "essay.txt": txt(essay),
        "essay.html": html(essay),
        "essay.pdf": pdf(essay),
        "essay.docx": docx(essay),
        "book.txt": txt((*prose(3, 900), *essay, *prose(4, 900))),
        "other.txt": txt(prose(2, 600)),
    }


def media(folder: Path) -> Path:
    """Write all of them."""
    for name, data in {**recordings(), **films(), **documents()}.items():
        write(folder / name, data)
    return folder
