"""One page of packed fingerprints, as bytes and as arrays."""

import logging

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_digest, xxh3_64_intdigest

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
    values = np.ascontiguousarray(planes, dtype="<u8").tobytes()
    apart = (entities - after).astype("<u4").tobytes()
    sealed = seal(after, upto, len(entities))
    return {
        "fingerprint": fingerprint,
        "after": after,
        "upto": upto,
        "count": len(entities),
        "format": FORMAT,
        "checksum": xxh3_64_intdigest(values, seed=sealed),
        "entities": apart + xxh3_64_digest(apart, seed=sealed),
        "values": values,
    }


def fit(after: int, entities: Entities, size: int = ROWS) -> int:
    """Return how many of these rows go into one page of that size."""
    return int(np.searchsorted(entities[:size] - after, SPAN))


def decode_values(values: bytes, header: Header, bits: int) -> Words | None:
    """Return a page's fingerprints as planes of words, None (with a warning) if it is damaged."""
    is_whole = header.count > 0 and len(values) == header.count * (bits // 8)
    if is_whole and xxh3_64_intdigest(values, seed=header.seal) == header.checksum:
        return np.frombuffer(values, dtype="<u8").reshape(bits // 64, header.count)
    _logger.warning("damaged page of fingerprints: the table itself is read instead")
    return None


def decode_entities(entities: bytes, header: Header) -> Entities | None:
    """Return the ids of a page's entities, None (with a warning) if it is damaged."""
    apart, checksum = entities[:-8], entities[-8:]
    is_whole = header.count > 0 and len(apart) == header.count * 4
    if is_whole and xxh3_64_digest(apart, seed=header.seal) == checksum:
        return np.frombuffer(apart, dtype="<u4").astype(np.int64) + header.after
    _logger.warning("damaged page of fingerprints: the table itself is read instead")
    return None
