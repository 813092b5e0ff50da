"""Which parts of hashes are looked up for a film, as they are and with bits turned over."""

import numpy as np

from dam.models.spread import Ints, spread
from dam.models.video.frame_hashes import Entries, is_chosen, is_new, telling, words_of

_PROBES = 2000
"""Parts of hashes that are asked for."""
_ONE_BIT: Ints = np.int64(1) << np.arange(16, dtype=np.int64)


def probes_of(film: Entries) -> tuple[Ints, Ints]:
    """Return the words to ask for and the moments of their pictures.

    First the landmarks as they are; then, in as many evenly spread places as there is room for, those that
    are one bit away.
    """
    asked = telling(film)
    words = words_of(asked)
    moments = np.broadcast_to(asked["moment"].astype(np.int64)[:, np.newaxis], words.shape)
    new = is_new(words)
    words, moments = words[new], moments[new]
    exact = np.flatnonzero(is_chosen(words))
    exact = exact[spread(len(exact), _PROBES // 2)]
    around = spread(len(words), (_PROBES - len(exact)) // 4)
    variants = words[around][:, np.newaxis] ^ _ONE_BIT
    rows, columns = np.nonzero(is_chosen(variants))
    return (
        np.concatenate([words[exact], variants[rows, columns]]),
        np.concatenate([moments[exact], moments[around][rows]]),
    )
