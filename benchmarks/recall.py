"""Whether every way of searching finds what comparing with all finds, at every radius."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import update

from benchmarks.figure import Figure
from benchmarks.hashed_library import FINGERPRINTS, Hashes, fill, random_hashes, skewed_hashes
from benchmarks.program import BenchLibrary
from benchmarks.synthetic import open_library
from benchmarks.table import Table
from benchmarks.workshop import Workshop
from dam.core.component import Fingerprint
from dam.library import Library
from dam.search.all_pairs import pairs_within
from dam.search.blocks import Block, blocks
from dam.search.hamming_index import HammingIndex
from dam.search.packed_index import PackedIndex
from dam.search.packing import pack
from dam.search.resident_index import ResidentIndex
from dam.search.words import Words, flat

COUNT = 150_000
QUICK = 20_000
QUERIES = 6
_FEW = 4_000
"""Hashes of which all pairs are looked for: each is compared with each to know what is right."""
_PAIRS_UP_TO = 16
_NEVER = 1 << 16

_BITS = np.array([number.bit_count() for number in range(256)], dtype=np.uint8)

Numbers = NDArray[np.int64]


def run(workshop: Workshop) -> Iterator[Figure | Table]:
    """Ask every index for neighbours at every radius there is, and for all pairs at the usual ones."""
    library = BenchLibrary.create(workshop.new("library"))
    least: dict[str, float] = {}
    wrong = 0
    with open_library(library) as opened:
        fill(opened, workshop.scaled(COUNT, QUICK))
        _skew(opened)
        kinds = {"random": FINGERPRINTS[0], "skewed": FINGERPRINTS[2], "random, 256 bits": FINGERPRINTS[3]}
        for kind, fingerprint in kinds.items():
            for name, recall, invented in _searches(opened, fingerprint):
                least[f"{name}, {kind}"] = recall
                wrong += invented
    for kind, make in (("random", random_hashes), ("skewed", skewed_hashes)):
        recall, invented = _all_pairs(make(_FEW, 3))
        least[f"all pairs, {kind}"] = recall
        wrong += invented
    yield Table("Least recall of all radii", ("way of searching", "recall"), [*least.items()])
    yield Figure("least recall of all", min(least.values()), "", at_least=1.0)
    yield Figure("found, but too far away", wrong, "", 0)


def _skew(library: Library) -> None:
    """Give the library's aHashes the skew that those of real pictures have."""
    component = FINGERPRINTS[2]
    with library.database.read() as session:
        entities = np.concatenate([block.entities for block in blocks(session, component)])
    hashes = skewed_hashes(len(entities), 2).view(np.int64)
    with library.database.write() as session:
        rows = [
            {"entity_id": entity, "value": value & ((1 << 64) - 1)}
            for entity, value in zip(entities.tolist(), hashes.tolist(), strict=True)
        ]
        session.execute(update(component), rows)
    pack(library.database, [component])


def _searches(library: Library, fingerprint: type[Fingerprint]) -> Iterator[tuple[str, float, int]]:
    """Yield each index's least recall of all radii, and how many it found that are too far away."""
    with library.database.read() as session:
        everything = Block.joined(list(blocks(session, fingerprint)), fingerprint.bits)
        resident = ResidentIndex(fingerprint)
        resident.refresh(session)
        queries = everything.planes[:, :: len(everything.entities) // QUERIES][:, :QUERIES] ^ np.uint64(0b101)
        indexes: Sequence[tuple[str, HammingIndex]] = (
            ("packed pages", PackedIndex(session, fingerprint)),
            ("resident multi-index", resident),
        )
        apart = [_distances(everything, query) for query in queries.T]
        for name, index in indexes:
            shares, invented = [], 0
            for radius in range(fingerprint.bits + 1):
                answers = index.within(queries, radius)
                for distances, found in zip(apart, answers, strict=True):
                    share, wrong = _judged(everything.entities[distances <= radius], found.entities)
                    shares.append(share)
                    invented += wrong
            yield name, min(shares), invented


def _distances(everything: Block, query: Words) -> Numbers:
    """Return how far all are, counted in another way than any index does; flat ones are out of reach."""
    differing = np.ascontiguousarray((everything.planes ^ query.reshape(-1, 1)).T).view(np.uint8)
    apart: Numbers = _BITS[differing].sum(axis=1, dtype=np.int64)
    apart[flat(everything.planes)] = _NEVER
    if flat(query.reshape(-1, 1))[0]:
        apart[:] = _NEVER
    return apart


def _judged(right: Numbers, found: Numbers) -> tuple[float, int]:
    """Return the share of what is right that was found, and how much else was."""
    common = len(np.intersect1d(right, found, assume_unique=True))
    return (common / len(right) if len(right) else 1.0), len(found) - common


def _all_pairs(hashes: Hashes) -> tuple[float, int]:
    unique = np.unique(hashes)
    count = len(unique)
    distances = np.bitwise_count(unique[:, np.newaxis] ^ unique[np.newaxis, :])
    shares, invented = [], 0
    for radius in range(_PAIRS_UP_TO + 1):
        right = np.flatnonzero(np.triu(distances <= radius, 1))
        parts = [pairs.first * count + pairs.second for pairs in pairs_within(unique, radius)]
        share, wrong = _judged(right, np.concatenate(parts) if parts else np.empty(0, dtype=np.int64))
        shares.append(share)
        invented += wrong
    return min(shares), invented
