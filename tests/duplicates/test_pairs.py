"""Pairs that come in lots are put together as if they had all come at once."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from dam.duplicates.hamming import Comparer
from dam.duplicates.links import Links
from dam.duplicates.pairs import ORIENTATIONS, Pairs, merged
from dam.duplicates.turning import inverse
from dam.search.words import pack

Row = tuple[int, int, int, int]
LAST = (1 << 32) - 1
numbers = st.integers(0, 6) | st.integers(LAST - 3, LAST)
two = st.lists(numbers, min_size=2, max_size=2, unique=True).map(lambda pair: (min(pair), max(pair)))
rows = st.lists(st.builds(lambda pair, *rest: (*pair, *rest), two, st.integers(0, 255), st.integers(0, 7)))


def pairs_of(some: list[Row]) -> Pairs:
    first, second, distances, orientations = np.array(some, dtype=np.int64).reshape(-1, 4).T
    return Pairs(
        first.astype(np.uint32), second.astype(np.uint32),
        distances.astype(np.uint8), orientations.astype(np.uint8),
    )  # fmt: skip


def rows_of(pairs: Pairs) -> list[Row]:
    return list(zip(*(column.tolist() for column in pairs), strict=True))


def once_each(some: list[Row]) -> list[Row]:
    """Return the rows as the law says: of one pair the nearest, and of those the first orientation."""
    best: dict[tuple[int, int], Row] = {}
    for row in sorted(some, reverse=True):
        best[row[:2]] = row
    return sorted(best.values())


@given(st.lists(rows, max_size=4))
def test_lots_of_pairs_are_joined_in_order_each_pair_once_and_as_near_as_it_was(
    lots: list[list[Row]],
) -> None:
    joined = Pairs.joined(map(pairs_of, lots))
    assert rows_of(joined) == once_each([row for lot in lots for row in lot])
    assert joined.first.itemsize == joined.second.itemsize == 4


@given(rows, rows)
def test_merging_is_joining_and_leaves_what_is_merged_alone(one: list[Row], other: list[Row]) -> None:
    left, right = Pairs.joined([pairs_of(one)]), Pairs.joined([pairs_of(other)])
    before = rows_of(left), rows_of(right)
    assert rows_of(merged(left, right)) == once_each(one + other)
    assert (rows_of(left), rows_of(right)) == before


links = st.lists(
    st.builds(
        lambda pair, *rest: (*pair, *rest),
        st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
        st.integers(0, 255),
        st.integers(0, 7),
    )
)


@given(links, st.lists(st.integers(1, 5), min_size=10, max_size=10))
def test_links_lead_both_ways_and_back_as_the_turn_goes_back(some: list[Row], sizes: list[int]) -> None:
    known = once_each(some)
    found = Links(pairs_of(known), 10)
    reach = found.reach(np.array(sizes, dtype=np.uint32))
    for number in range(10):
        there = {(second, apart, how) for first, second, apart, how in known if first == number}
        back = {
            (first, apart, ORIENTATIONS.index(inverse(ORIENTATIONS[how])))
            for first, second, apart, how in known
            if second == number
        }
        near = list(zip(*(column.tolist() for column in found.of(number)), strict=True))
        assert len(near) == len(set(near))
        assert set(near) == there | back
        assert bool(found.linked[number]) == bool(near)
        assert reach[number] == sizes[number] - 1 + sum(sizes[other] for other, _, _ in near)


ALL = (1 << 256) - 1


@given(
    st.lists(st.tuples(st.integers(0, ALL), st.sampled_from([0, 1, 3 << 190, ALL ^ 1, ALL])), max_size=9),
    st.integers(0, 255),
)
def test_hashes_are_near_by_their_distance_and_opposite_ones_are_not(
    some: list[tuple[int, int]], radius: int
) -> None:
    ones, others = (
        pack([value.to_bytes(32) for value in values], 256)
        for values in ([one for one, _ in some], [one ^ flips for one, flips in some])
    )
    comparer = Comparer(9)
    # Whatever it has compared before.
    comparer.near(ones, ones, (len(some),), 255)
    near, apart = comparer.near(ones, others, (len(some),), radius)
    distances = [flips.bit_count() for _, flips in some]
    assert near.tolist() == [place for place, bits in enumerate(distances) if bits <= radius]
    assert apart.tolist() == [bits for bits in distances if bits <= radius]
