"""Which words are looked up for a fingerprint, as they are and with bits turned over."""

import numpy as np

from dam.models.chromaprint import Words, is_chosen, is_flat
from dam.models.spread import Ints, spread

_PROBES = 2000
"""Words that are asked for; for short excerpts twice as many."""
_SHORT = 100
"""Words of a short excerpt: fifteen seconds have as many."""

_ONE_BIT: Words = np.uint32(1) << np.arange(32, dtype=np.uint32)
_TWO_BITS: Words = (_ONE_BIT[:, np.newaxis] | _ONE_BIT)[np.triu_indices(32, 1)]


def probes_of(asked: Words) -> tuple[Ints, Ints]:
    """Return the words to ask for, as signed numbers, and their places in the fingerprint.

    First the words as they are; then, in as many evenly spread places as there is room for, all landmarks
    that are one bit away. A short excerpt, which has few, is also looked for by some that are two bits away.
    """
    telling = np.flatnonzero(~is_flat(asked))
    exact = telling[spread(len(telling), _PROBES // 2)]
    around = telling[spread(len(telling), (_PROBES - len(exact)) // 8)]
    single, single_places = _variants(asked, around, _ONE_BIT)
    parts, places = [asked[exact], single], [exact, single_places]
    if len(telling) <= _SHORT:
        double, double_places = _variants(asked, telling, _TWO_BITS)
        some = spread(len(double), 2 * _PROBES - len(exact) - len(single))
        parts, places = [*parts, double[some]], [*places, double_places[some]]
    return np.concatenate(parts).view(np.int32).astype(np.int64), np.concatenate(places)


def _variants(asked: Words, places: Ints, flips: Words) -> tuple[Words, Ints]:
    """Return the landmarks that words at these places become when such bits are turned over."""
    variants = asked[places][:, np.newaxis] ^ flips
    rows, columns = np.nonzero(is_chosen(variants.reshape(-1)).reshape(variants.shape))
    return variants[rows, columns], places[rows]
