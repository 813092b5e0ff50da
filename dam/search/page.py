"""One page of packed fingerprints, as bytes and as arrays."""

import logging
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dam.core.component import Values
from dam.models.fingerprint_page import FORMAT
from dam.search.layout import Header, seal
from dam.search.words import Words

_logger = logging.getLogger(__name__)

ROWS = 65536
"""Fingerprints in a full page: half a MiB of 64-bit ones, which a processor's cache holds."""
SPAN = 1 << 32
"""How far apart the ids of a page's entities may lie."""

Entities = NDArray[np.int64]


def make_page(fingerprint: str, after: int, upto: int, entities: Entities, planes: Words) -> Values:
    """Return the row of a page of these fingerprints, in ascending order of their entities."""
    words = np.ascontiguousarray(planes, dtype="<u8")
    apart = (entities - after).astype("<u4")
    return {
        "fingerprint": fingerprint,
        "after": after,
        "upto": upto,
        "count": len(entities),
        "format": FORMAT,
        "checksum": _checksum(seal(after, upto, len(entities)), words.view(np.uint64)),
        "entities": apart.tobytes() + _sum_of(apart, after).tobytes(),
        "values": words.tobytes(),
    }


def fit(after: int, entities: Entities, size: int = ROWS) -> int:
    """Return how many of these rows go into one page of that size."""
    return int(np.searchsorted(entities[:size] - after, SPAN))


def decode_values(values: bytes, header: Header, bits: int) -> Words | None:
    """Return a page's fingerprints as planes of words, None (with a warning) if it is damaged."""
    if header.count > 0 and len(values) == header.count * (bits // 8):
        planes = np.frombuffer(values, dtype="<u8").reshape(bits // 64, header.count)
        if _checksum(header.seal, planes) == header.checksum:
            return planes
    _logger.warning("damaged page of fingerprints: the table itself is read instead")
    return None


def decode_entities(entities: bytes, header: Header) -> Entities | None:
    """Return the ids of a page's entities, None (with a warning) if it is damaged."""
    if header.count > 0 and len(entities) == (header.count + 2) * 4:
        apart = np.frombuffer(entities, dtype="<u4", count=header.count)
        if _sum_of(apart, header.after).tobytes() == entities[-8:]:
            return apart.astype(np.int64) + header.after
    _logger.warning("damaged page of fingerprints: the table itself is read instead")
    return None


def _checksum(start: int, planes: Words) -> int:
    # Nearly as fast as memory can be read, and no single wrong word, nor two that changed places, go unseen.
    weights = _weights(planes.shape[1])
    # Folded, since twice a difference in the first bit alone is none.
    folded = [plane ^ (plane >> np.uint64(32)) for plane in planes]
    sums = [int((plane * weights).sum()) * (2 * number + 1) for number, plane in enumerate(folded)]
    return (start + sum(sums)) % (1 << 64)


def _sum_of(apart: NDArray[np.uint32], after: int) -> NDArray[np.uint64]:
    return np.array(_checksum(after, apart.astype(np.uint64).reshape(1, -1)), dtype="<u8")


@lru_cache(4)
def _weights(count: int) -> NDArray[np.uint64]:
    """Return different odd numbers, by which no word can be multiplied to nothing."""
    return np.arange(1, 2 * count, 2, dtype=np.uint64)
