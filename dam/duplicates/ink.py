"""Pictures of documents, told apart by their ink.

Text, tables, scores and line drawings are fine detail on a background. pHash and PDQ look at the lowest
frequencies alone, which is the layout there: other pages share it.
"""

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dam.duplicates.alignment import aligned

if TYPE_CHECKING:
    from PIL.Image import Image

_EVEN = 17
"""Levels of 255 that the background may take up."""
_BACKGROUND = 0.5
"""The share of the pixels that the background of a document has at least."""
_CELLS = 16
_FINENESS = 0.65
"""The share of a document's variance that lies within 16x16 parts of it: hashes see next to nothing of it."""
_BLOCK = 16
_BLUR = 2.0
"""Pixels of half a preview: copies that were scaled otherwise differ in whatever is finer."""
_ALIKE = 0.8
"""The correlation from which on two blocks show the same: .84 and more of copies, .74 and less of others."""
_OTHERWISE = 0.1
"""The share of the ink that may be another one, as of a mark on a copy."""
_FAINT = 2.0
"""Levels: what deviates less within a block is noise."""
_FAINTER = 0.25
"""What deviates so much less than others do is, too."""

Blocks = NDArray[np.float32]
"""Pieces of 16x16 pixels, shape (rows, columns, 16, 16)."""
Shares = NDArray[np.float32]


def is_document(preview: bytes) -> bool:
    """Tell whether most of a picture is background, and nearly all of the rest fine detail."""
    grey = _decoded(preview)
    return _background(grey)[1] >= _BACKGROUND and _fineness(grey) >= _FINENESS


def ink_of(preview: bytes) -> "Image":
    """Return how far each pixel is from the background, in mode L."""
    grey = _decoded(preview)
    background, _ = _background(grey)
    return grey.point([abs(level - background) for level in range(256)])


def have_same_ink(one: "Image", other: "Image") -> bool:
    """Tell whether all but a tenth of the ink is the same, whatever the size.

    The one may be cut at its edges, or have wider ones. What has no ink at all may be the same.
    """
    smaller = min(one, other, key=lambda ink: ink.width * ink.height)
    size = max(smaller.width // 2, 1), max(smaller.height // 2, 1)
    first, second = _smoothed(one, size), _smoothed(other, size)
    blocks = _centred(_blocks(np.asarray(first, dtype=np.float32)))
    return _agree(blocks, second) or _agree(blocks, aligned(second, first))


def _smoothed(ink: "Image", size: tuple[int, int]) -> "Image":
    from PIL import ImageFilter
    from PIL.Image import Resampling

    return ink.resize(size, Resampling.BOX).filter(ImageFilter.GaussianBlur(_BLUR))


def _decoded(preview: bytes) -> "Image":
    from PIL import Image

    with Image.open(BytesIO(preview), formats=["JPEG"]) as picture:
        picture.draft("L", picture.size)
        return picture.convert("L")


def _background(grey: "Image") -> tuple[int, float]:
    """Return the level around which most pixels are, and the share of those."""
    counts = np.convolve(grey.histogram(), np.ones(_EVEN, dtype=np.int64), "same")
    return int(counts.argmax()), float(counts.max() / (grey.width * grey.height))


def _fineness(grey: "Image") -> float:
    """Return the share of the variance that is gone in the means of 16x16 parts."""
    from PIL.Image import Resampling

    whole = float(np.var(np.asarray(grey), dtype=np.float32))
    coarse = grey.convert("F").resize((_CELLS, _CELLS), Resampling.BOX)
    return 1 - float(np.var(np.asarray(coarse))) / whole if whole else 0.0


def _agree(one: Blocks, other: "Image") -> bool:
    """Tell it of pictures of one size, the blocks of the one being centred."""
    if not one.size:
        return True
    levels = np.asarray(other, dtype=np.float32)
    there = _centred(_blocks(levels))
    energies = np.einsum("abij,abij->ab", one, one), np.einsum("abij,abij->ab", there, there)
    correlation = _products(one, levels) / (np.sqrt(energies[0] * energies[1]) + 1e-6)
    weights = np.sqrt(np.maximum(*energies)) / _BLOCK
    # The smallest type is grey all over: there is nothing but faint ink then.
    faint = min(_FAINT, float(weights.max()) / 2)
    least = max(faint, _FAINTER * float(np.sqrt(np.square(weights).mean())))
    weights[weights < least] = 0
    return bool(weights[correlation < _ALIKE].sum() <= _OTHERWISE * weights.sum())


def _products(one: Blocks, other: Shares) -> Shares:
    """Return the best inner product of each block with what is at its place, within a pixel around."""
    rows, columns = one.shape[:2]
    best = np.full((rows, columns), -np.inf, dtype=np.float32)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            shifted = np.roll(other, (down, right), (0, 1))[: rows * _BLOCK, : columns * _BLOCK]
            pieces = shifted.reshape(rows, _BLOCK, columns, _BLOCK)
            np.maximum(best, np.einsum("abij,aibj->ab", one, pieces), out=best)
    return best


def _blocks(levels: NDArray[np.float32]) -> Blocks:
    rows, columns = levels.shape[0] // _BLOCK, levels.shape[1] // _BLOCK
    whole = levels[: rows * _BLOCK, : columns * _BLOCK]
    return np.ascontiguousarray(whole.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2))


def _centred(blocks: Blocks) -> Blocks:
    """Return blocks without what runs through them, which pages share: rules, staves, lines of text."""
    rows, columns = blocks.mean(axis=3, keepdims=True), blocks.mean(axis=2, keepdims=True)
    centred: Blocks = blocks - rows - columns + rows.mean(axis=2, keepdims=True)
    return centred
