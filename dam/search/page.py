"""One page of packed fingerprints, as bytes and as arrays."""

import logging

import numpy as np
from numpy.typing import NDArray

from dam.core.component import Values
from dam.models.fingerprint_page import FORMAT
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
    return {
        "fingerprint": fingerprint,
        "after": after,
        "upto": upto,
        "count": len(entities),
        "format": FORMAT,
        "checksum": _checksum(words.view(np.uint64)),
        "entities": (entities - after).astype("<u4").tobytes(),
        "values": words.tobytes(),
    }


def fit(after: int, entities: Entities, size: int = ROWS) -> int:
    """Return how many of these rows go into one page of that size."""
    return int(np.searchsorted(entities[:size] - after, SPAN))


def decode_values(values: bytes, count: int, bits: int, checksum: int) -> Words | None:
    """Return a page's fingerprints as planes of words, None (with a warning) if it is damaged."""
    if count > 0 and len(values) == count * (bits // 8):
        planes = np.frombuffer(values, dtype="<u8").reshape(bits // 64, count)
        if _checksum(planes) == checksum:
            return planes
    _logger.warning("damaged page of fingerprints: the table itself is read instead")
    return None


def decode_entities(entities: bytes, count: int, after: int, upto: int) -> Entities | None:
    """Return the ids of a page's entities, None (with a warning) if it is damaged."""
    if count > 0 and len(entities) == count * 4:
        ids = np.frombuffer(entities, dtype="<u4").astype(np.int64) + after
        if ids[0] > after and ids[-1] <= upto and bool((np.diff(ids) > 0).all()):
            return ids
    _logger.warning("damaged page of fingerprints: the table itself is read instead")
    return None


def _checksum(planes: Words) -> int:
    # As fast as memory can be read, and no single wrong word goes unseen.
    return int(np.add.reduce(planes, axis=None, dtype=np.uint64))
