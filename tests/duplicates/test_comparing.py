"""Comparing hashes with each other finds what comparing every two of them as numbers does."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from dam.duplicates import exhaustive, near, proposals
from dam.duplicates.classes import Classes, collapse
from dam.duplicates.collection import Collection
from dam.duplicates.criteria import Nearness
from dam.duplicates.near import NearPairs
from dam.duplicates.pairs import ORIENTATIONS, Pairs, make_pairs
from dam.duplicates.proposals import Effort
from dam.duplicates.turning import composed, inverse, turned
from dam.search.flatness import is_flat_hash
from dam.search.orientation import Orientation
from dam.search.words import Words, pack

ALL = (1 << 256) - 1


def hashes() -> st.SearchStrategy[list[int]]:
    """Draw 256-bit hashes that lie near each other, are equal, inverted, turned, or anything."""
    centres = [0, ALL, int("0123456789abcdef" * 4, 16), int("fedcba9876543210" * 4, 16)]
    flips = st.sets(st.integers(0, 255), max_size=90)
    near_one = st.builds(
        lambda centre, bits: centre ^ sum(1 << bit for bit in bits), st.sampled_from(centres), flips
    )
    return st.lists(near_one | st.integers(0, ALL), max_size=24)


def pdq_planes(values: list[int]) -> Words:
    return pack([value.to_bytes(32) for value in values], 256)


def planes_of(values: list[int]) -> Words:
    """Return the hashes as PDQ of pictures of which nothing else is known."""
    return np.concatenate([pdq_planes(values), np.zeros((3, len(values)), dtype=np.uint64)])


def numbers_of(planes: Words) -> list[int]:
    return [int.from_bytes(column.astype(">u8").tobytes()) for column in planes[:4].T]


def search(classes: Classes, radius: int, **options: object) -> NearPairs:
    settings: dict[str, object] = {
        "classes": classes,
        "nearness": Nearness(radius, total_if_plain=0, pdq_if_turned=radius),
        "rotated": False,
        "chosen": None,
        "exhaustive": 1 << 60,
        "expect": lambda total: lambda count: None,
    }
    return NearPairs(**(settings | options))  # type: ignore[arg-type]


def as_set(pairs: Pairs) -> set[tuple[int, int, int]]:
    return set(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.distances.tolist(), strict=True))


def by_comparing_all(values: list[int], radius: int) -> set[tuple[int, int, int]]:
    apart = {(i, j): (values[i] ^ values[j]).bit_count() for i in range(len(values)) for j in range(i)}
    return {(j, i, bits) for (i, j), bits in apart.items() if bits <= radius}


@given(hashes(), st.integers(0, 128))
def test_comparing_everything_finds_every_pair(values: list[int], radius: int) -> None:
    classes = collapse(planes_of(values))
    found = search(classes, radius).find()
    assert found.recall is None
    assert as_set(found.pairs) == by_comparing_all(numbers_of(classes.planes), radius)


small_hashes = st.lists(st.integers(0, 0xFFFFF), min_size=24, max_size=24)
"""Those of 64 bits; many of them are degenerate."""


@given(hashes(), small_hashes, small_hashes, st.lists(st.booleans(), min_size=24, max_size=24))
def test_a_pair_is_confirmed_by_all_its_hashes_together(
    values: list[int], phashes: list[int], dhashes: list[int], plain: list[bool]
) -> None:
    pictures = list(dict.fromkeys(zip(values, phashes, dhashes, plain, strict=False)))
    others = np.array([picture[1:] for picture in pictures], dtype=np.uint64).reshape(-1, 3).T
    classes = collapse(np.concatenate([pdq_planes([picture[0] for picture in pictures]), others]))
    wanted = set()
    for i, j, bits in by_comparing_all([picture[0] for picture in pictures], 100):
        one, other = pictures[i], pictures[j]
        total = bits + 4 * (one[1] ^ other[1]).bit_count() + 4 * (one[2] ^ other[2]).bit_count()
        is_silent = any(is_flat_hash(some[1]) and is_flat_hash(some[2]) for some in (one, other))
        is_plain = one[3] or other[3]
        if total <= (80 if is_plain else 130) or (is_silent and not is_plain and bits <= 60):
            wanted.add((i, j, bits))
    nearness = Nearness(100, 130, total_if_plain=80, pdq_if_turned=60)
    assert as_set(search(classes, 0, nearness=nearness).find().pairs) == wanted


def test_blocks_of_hashes_fit_together_at_their_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhaustive, "_ROWS", 3)
    monkeypatch.setattr(exhaustive, "_COLUMNS", 7)
    monkeypatch.setattr(exhaustive, "_TASK", 9)
    values = [0x5A << shift for shift in range(40)]
    found = search(collapse(planes_of(values)), 6).find().pairs
    assert as_set(found) == by_comparing_all(values, 6)


@given(hashes(), st.sets(st.integers(0, 23)), st.integers(0, 128))
def test_of_what_is_chosen_one_is_in_every_pair(values: list[int], picked: set[int], radius: int) -> None:
    classes = collapse(planes_of(values))
    chosen = np.array([number in picked for number in range(len(classes))], dtype=np.bool_)
    everything = by_comparing_all(numbers_of(classes.planes), radius)
    wanted = {(i, j, bits) for i, j, bits in everything if i in picked or j in picked}
    assert as_set(search(classes, radius, chosen=chosen).find().pairs) == wanted
    # And what only proposes finds nothing else.
    assert as_set(search(classes, radius, chosen=chosen, exhaustive=-1).find().pairs) <= wanted


@given(hashes(), st.integers(0, 128))
def test_proposals_are_confirmed_and_few_hashes_are_all_neighbours(values: list[int], radius: int) -> None:
    classes = collapse(planes_of(values))
    found = search(classes, radius, exhaustive=-1).find()
    wanted = by_comparing_all(numbers_of(classes.planes), radius)
    assert as_set(found.pairs) == wanted
    assert found.recall is not None
    assert found.recall.found == found.recall.there


def test_what_proposals_miss_shows_in_the_recall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "effort_for", lambda count: Effort(keys=1, neighbours=1))
    monkeypatch.setattr(proposals, "_AT_ONCE", 5)
    rng = np.random.default_rng(3)
    planes = rng.integers(0, 1 << 63, (4, 200), dtype=np.uint64)
    planes[:, 100:] = planes[:, :100]
    # The first bit of the only key is another one, so that its order puts them far apart.
    (bits,) = proposals._bits_of_keys(1)
    word, bit = divmod(int(bits[0]), 64)
    planes[word, 100:] ^= np.uint64(1 << (63 - bit))
    found = search(collapse(np.concatenate([planes, np.zeros_like(planes[:3])])), 8, exhaustive=-1).find()
    assert found.recall is not None
    assert found.recall.there == 100
    assert found.recall.found == len(found.pairs.first) < 100


@given(hashes())
def test_equal_hashes_are_one_class(values: list[int]) -> None:
    classes = collapse(planes_of(values))
    assert numbers_of(classes.planes) == list(dict.fromkeys(values))
    assert [numbers_of(classes.planes)[number] for number in classes.of] == values
    assert classes.sizes.sum() == len(values)


@given(st.integers(0, ALL), st.sampled_from(ORIENTATIONS))
def test_turning_there_and_back_changes_nothing(value: int, orientation: Orientation) -> None:
    planes = pdq_planes([value])
    assert numbers_of(turned(turned(planes, orientation), inverse(orientation))) == [value]


@given(st.integers(0, ALL), st.sampled_from(ORIENTATIONS), st.sampled_from(ORIENTATIONS))
def test_turning_twice_is_turning_once_some_other_way(
    value: int, first: Orientation, then: Orientation
) -> None:
    planes = pdq_planes([value])
    assert (turned(turned(planes, first), then) == turned(planes, composed(first, then))).all()


@given(hashes(), st.sampled_from(ORIENTATIONS))
def test_turning_changes_no_distance(values: list[int], orientation: Orientation) -> None:
    planes = pdq_planes(values)
    assert by_comparing_all(numbers_of(turned(planes, orientation)), 256) == by_comparing_all(values, 256)


@given(st.integers(0, ALL), st.sampled_from(ORIENTATIONS), st.booleans())
def test_a_turned_hash_is_found_with_how_it_is_turned(
    value: int, orientation: Orientation, by_proposals: bool
) -> None:
    other = numbers_of(turned(pdq_planes([value]), orientation))
    classes = collapse(planes_of([value, *other]))
    found = search(classes, 0, rotated=True, exhaustive=-1 if by_proposals else 1 << 60).find().pairs
    if len(classes) == 1:  # It looks the same either way.
        assert not len(found.first)
        return
    assert as_set(found) == {(0, 1, 0)}
    (how,) = [ORIENTATIONS[number] for number in found.orientations]
    assert (turned(classes.planes[:4, :1], how) == classes.planes[:4, 1:]).all()


def test_pairs_come_in_order_and_once_with_their_smallest_distance() -> None:
    def pair(first: int, second: int, bits: int, how: Orientation) -> Pairs:
        return make_pairs(np.array([first]), np.array([second]), np.array([bits], dtype=np.uint8), how)

    joined = Pairs.joined(
        [
            pair(5, 2, 9, Orientation.TURNED_90),
            pair(2, 5, 7, Orientation.TURNED_90),
            pair(1, 3, 4, Orientation.UPRIGHT),
            pair(4, 4, 0, Orientation.MIRRORED),
        ]
    )
    assert as_set(joined) == {(1, 3, 4), (2, 5, 7)}
    # The first was the second turned clockwise: the second is the first turned back.
    assert ORIENTATIONS[joined.orientations[1]] is Orientation.TURNED_270


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 80)), max_size=200))
def test_a_collection_that_overflows_drops_pairs_only_of_what_has_found_its_place(
    given_pairs: list[tuple[int, int, int]],
) -> None:
    lots = [
        make_pairs(np.array([a]), np.array([b]), np.array([bits], dtype=np.uint8), Orientation.UPRIGHT)
        for a, b, bits in given_pairs
    ]
    whole = Pairs.joined(lots)
    small = Collection(31, most=8)
    large = Collection(31)
    for lot in lots:
        small.add(lot)
        large.add(lot)
    assert as_set(large.pairs()) == as_set(whole)
    kept = small.pairs()
    everything = set(zip(whole.first.tolist(), whole.second.tolist(), strict=True))
    left = set(zip(kept.first.tolist(), kept.second.tolist(), strict=True))
    assert left <= everything
    # What was dropped has an end that has found its place.
    placed = {number for pair in left for number in pair}
    assert all(placed & set(pair) for pair in everything)
