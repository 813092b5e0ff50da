"""Pairs of near fingerprints: all of them, each once, and none that is not near."""

from itertools import combinations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from dam.search.all_pairs import pairs_within
from tests.search.test_hamming_indexes import of_64_bits


@given(st.sets(of_64_bits(), max_size=40), st.integers(0, 64))
def test_the_pairs_are_those_that_comparing_each_with_every_finds(hashes: set[int], radius: int) -> None:
    ordered = sorted(hashes)
    expected = {
        (first, second): (ordered[first] ^ ordered[second]).bit_count()
        for first, second in combinations(range(len(ordered)), 2)
        if (ordered[first] ^ ordered[second]).bit_count() <= radius
    }
    found = [
        ((first, second), apart)
        for pairs in pairs_within(np.array(ordered, dtype=np.uint64), radius)
        for first, second, apart in zip(*(column.tolist() for column in pairs), strict=True)
    ]
    assert len(found) == len(expected)
    assert dict(found) == expected


@pytest.mark.parametrize("radius", [0, 4, 10, 12, 13])
def test_hashes_that_share_most_of_their_pieces_are_found_once_each(radius: int) -> None:
    centre = 0x0123456789ABCDEF
    hashes = [centre, *(centre ^ (1 << bit) for bit in range(64))]
    found = [
        pair
        for pairs in pairs_within(np.array(hashes, dtype=np.uint64), radius)
        for pair in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
    ]
    near = 0 if radius == 0 else len(hashes) * (len(hashes) - 1) // 2
    assert (len(found), len(set(found))) == (near, near)
