"""Chromaprint: which notes sound when, in 32 bits for every eighth of a second.

Written from the descriptions of the algorithm by L. Lalinsky, with its published constants; what is
made here is what fpcalc calls algorithm 2, its default. Importing this module imports numpy: systems do
it when they run.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

RATE = 11025
"""Samples a second."""
STEP = 4096 // 3
"""Samples from one frame to the next."""
SECONDS = STEP / RATE
"""How far apart two words of a fingerprint are."""

SPAN = (4096 + 19 * STEP) / RATE
"""How many seconds a word is about: sixteen frames, each smoothed over five."""

Words = npt.NDArray[np.uint32]
_Array = npt.NDArray[np.float64]

_FRAME = 4096
_NOTES = 12
_LOWEST, _HIGHEST = 28, 3520
_SMOOTHING = (0.25, 0.75, 1.0, 0.75, 0.25)
_SILENCE = 0.01
_WIDEST = 16
_LASTING = 8
_SHORT = 128
_AT_ONCE = 256
"""Frames that are transformed together: 8 MiB."""


class _Classifier(NamedTuple):
    """A filter over a window of the chroma image, and the thresholds between its four answers."""

    pattern: int
    note: int
    notes: int
    frames: int
    thresholds: tuple[float, float, float]


_CLASSIFIERS = (
    _Classifier(0, 4, 3, 15, (1.98215, 2.35817, 2.63523)),
    _Classifier(4, 4, 6, 15, (-1.03809, -0.651211, -0.282167)),
    _Classifier(1, 0, 4, 16, (-0.298702, 0.119262, 0.558497)),
    _Classifier(3, 8, 2, 12, (-0.105439, 0.0153946, 0.135898)),
    _Classifier(3, 4, 4, 8, (-0.142891, 0.0258736, 0.200632)),
    _Classifier(4, 0, 3, 5, (-0.826319, -0.590612, -0.368214)),
    _Classifier(1, 2, 2, 9, (-0.557409, -0.233035, 0.0534525)),
    _Classifier(2, 7, 3, 4, (-0.0646826, 0.00620476, 0.0784847)),
    _Classifier(2, 6, 2, 16, (-0.192387, -0.029699, 0.215855)),
    _Classifier(2, 1, 3, 2, (-0.0397818, -0.00568076, 0.0292026)),
    _Classifier(5, 10, 1, 15, (-0.53823, -0.369934, -0.190235)),
    _Classifier(3, 6, 2, 10, (-0.124877, 0.0296483, 0.139239)),
    _Classifier(2, 1, 1, 14, (-0.101475, 0.0225617, 0.231971)),
    _Classifier(3, 5, 6, 4, (-0.0799915, -0.00729616, 0.063262)),
    _Classifier(1, 9, 2, 12, (-0.272556, 0.019424, 0.302559)),
    _Classifier(3, 4, 2, 14, (-0.164292, -0.0321188, 0.0846339)),
)
_GRAY = np.array((0, 1, 3, 2), dtype=np.uint32)


def chromaprint(blocks: Iterable[npt.NDArray[np.int16]]) -> Words:
    """Return the fingerprint of mono samples at 11025 Hz; empty for less than three seconds or so."""
    features = [_chroma(frames) for frames in _framed(blocks)]
    if not features:
        return np.empty(0, dtype=np.uint32)
    return _classified(_normalised(_smoothed(np.concatenate(features))))


def packed(words: Words) -> bytes:
    """Return a fingerprint as bytes, the lowest of each word first."""
    return words.astype("<u4").tobytes()


def unpacked(value: bytes) -> Words:
    """Return a fingerprint from bytes; what is left of a word at the end is left out."""
    return np.frombuffer(value[: len(value) // 4 * 4], dtype="<u4").astype(np.uint32)


def landmarks(words: Words) -> tuple[list[int], list[int]]:
    """Return the positions and the words, as signed numbers, by which an index knows a fingerprint.

    A word that repeats the one before it says little, and silence says nothing but that. A short recording
    has too few to leave any out.
    """
    changes = np.concatenate([[True], words[1:] != words[:-1]]) & ~is_flat(words) if len(words) else False
    chosen = is_chosen(words) | np.bool_(len(words) < _SHORT)
    positions = np.flatnonzero(chosen & changes)
    return positions.tolist(), words[positions].view(np.int32).tolist()


def is_chosen(words: Words) -> npt.NDArray[np.bool_]:
    """Tell which words are landmarks wherever they occur: one in four."""
    chosen: npt.NDArray[np.bool_] = (words * np.uint32(0x9E3779B1)) >> np.uint32(30) == 0
    return chosen


def is_flat(words: Words) -> npt.NDArray[np.bool_]:
    """Tell which words are in a stretch of a second or more without any change."""
    if not len(words):
        return np.empty(0, dtype=np.bool_)
    starts = np.flatnonzero(np.concatenate([[True], words[1:] != words[:-1]]))
    lengths = np.diff(np.concatenate([starts, [len(words)]]))
    return np.repeat(lengths >= _LASTING, lengths)


def _framed(blocks: Iterable[npt.NDArray[np.int16]]) -> Iterator[npt.NDArray[np.int16]]:
    """Yield overlapping frames, as rows of views on so many samples that memory stays small."""
    enough = _FRAME + (_AT_ONCE - 1) * STEP
    waiting: list[npt.NDArray[np.int16]] = []
    count = 0
    for block in blocks:
        waiting.append(block)
        count += len(block)
        if count >= enough:
            samples = np.concatenate(waiting)
            frames = _rows(samples)
            yield frames
            waiting = [samples[len(frames) * STEP :]]
            count = len(waiting[0])
    if count >= _FRAME:
        yield _rows(np.concatenate(waiting))


def _rows(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    return np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::STEP]


def _chroma(frames: npt.NDArray[np.int16]) -> _Array:
    """Return the energy of each of the twelve notes, all octaves together, in each frame."""
    spectrum = np.fft.rfft(frames * _WINDOW)[:, _FIRST:_BEYOND]
    energy = spectrum.real**2 + spectrum.imag**2
    # No product of matrices: for one so small, threads would cost more than they save.
    stretches = np.add.reduceat(energy, _STRETCHES, axis=1)
    return np.stack([stretches[:, note == _NOTE_OF_STRETCH].sum(axis=1) for note in range(_NOTES)], axis=1)


def _smoothed(features: _Array) -> _Array:
    """Return each note's weighted average over five frames."""
    count = max(0, len(features) - len(_SMOOTHING) + 1)
    parts = [weight * features[at : at + count] for at, weight in enumerate(_SMOOTHING)]
    smoothed: _Array = np.sum(parts, axis=0)
    return smoothed


def _normalised(features: _Array) -> _Array:
    """Return each frame with its notes' squares adding up to one; silence stays zero."""
    norms = np.sqrt((features**2).sum(axis=1, keepdims=True))
    return np.where(norms < _SILENCE, 0.0, features / np.maximum(norms, _SILENCE))


def _classified(image: _Array) -> Words:
    """Return two bits of each classifier for every window of sixteen frames."""
    count = max(0, len(image) - _WIDEST + 1)
    sums = np.zeros((len(image) + 1, _NOTES + 1))
    sums[1:, 1:] = image.cumsum(axis=0).cumsum(axis=1)
    words = np.zeros(count, dtype=np.uint32)
    for classifier in _CLASSIFIERS:
        answers = np.searchsorted(classifier.thresholds, _filtered(sums, count, classifier), side="right")
        words = words << np.uint32(2) | _GRAY[answers]
    return words


def _filtered(sums: _Array, count: int, classifier: _Classifier) -> _Array:
    """Return how a part of each window compares with the rest of it, as a logarithm."""

    def area(frame: int, note: int, beyond_frame: int, beyond_note: int) -> _Array:
        start, end = sums[frame : frame + count], sums[beyond_frame : beyond_frame + count]
        part: _Array = end[:, beyond_note] - start[:, beyond_note] - end[:, note] + start[:, note]
        return part

    low, high, end = classifier.note, classifier.note + classifier.notes, classifier.frames
    whole = area(0, low, end, high)
    middle, centre = low + classifier.notes // 2, end // 2
    match classifier.pattern:
        case 0:
            part = whole
            rest = np.zeros(count)
        case 1:
            part, rest = area(0, middle, end, high), area(0, low, end, middle)
        case 2:
            part, rest = area(centre, low, end, high), area(0, low, centre, high)
        case 3:
            part = area(0, middle, centre, high) + area(centre, low, end, middle)
            rest = area(0, low, centre, middle) + area(centre, middle, end, high)
        case 4:
            third = classifier.notes // 3
            part = area(0, low + third, end, low + 2 * third)
            rest = area(0, low, end, low + third) + area(0, low + 2 * third, end, high)
        case _:
            third = end // 3
            part = area(third, low, 2 * third, high)
            rest = area(0, low, third, high) + area(2 * third, low, end, high)
    result: _Array = np.log((1.0 + part) / (1.0 + rest))
    return result


def _bin_of(frequency: float) -> int:
    return round(_FRAME * frequency / RATE)


def _stretches() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return where among the frequencies that are looked at another note begins, and which one."""
    octaves = np.log2(np.arange(_FIRST, _BEYOND) * RATE / _FRAME / (440.0 / 16.0))
    notes = (_NOTES * (octaves - np.floor(octaves))).astype(np.intp)
    starts = np.flatnonzero(np.concatenate([[True], notes[1:] != notes[:-1]]))
    return starts, notes[starts]


_FIRST = max(1, _bin_of(_LOWEST))
_BEYOND = min(_FRAME // 2, _bin_of(_HIGHEST))
_STRETCHES, _NOTE_OF_STRETCH = _stretches()
_WINDOW = np.hamming(_FRAME) / 32767
