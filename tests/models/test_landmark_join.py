"""Fingerprints joined by their landmarks: whoever shares some at about the same place is proposed."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dam.models.landmark_join import CANDIDATES, Fingerprints, LandmarkJoin, Places

SLACK = 5
Lot = list[list[tuple[int, int]]]


def packed(landmarks: list[tuple[int, int]]) -> bytes:
    return np.array(landmarks, dtype=np.int64).tobytes()


def places(value: bytes) -> Places:
    rows = np.frombuffer(value, dtype=np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def join(lot: Lot, *, at_once: int = 1 << 20, asked: Sequence[bool] | None = None) -> LandmarkJoin:
    """Join fingerprints that consist of words and places, all of one length."""

    def values(numbers: Sequence[int]) -> dict[int, bytes]:
        return {number: packed(lot[number]) for number in numbers}

    def expect(total: int) -> Callable[[int], None]:
        return lambda count: None

    fingerprints = Fingerprints(
        values=values,
        lengths=np.full(len(lot), 1000, dtype=np.int64),
        landmarks=places,
        probes=places,
        most=sum(map(len, lot)),
        slack=SLACK,
        apart=10,
        asked=asked,
    )
    return LandmarkJoin(fingerprints, expect, at_once)


def pairs(joined: LandmarkJoin) -> set[tuple[int, int]]:
    return {(one.one, one.other) for one in joined}


def sharing(lot: Lot) -> set[tuple[int, int]]:
    """Return the pairs that share a word at places that are near enough, by comparing all."""
    return {
        (one, other)
        for one in range(len(lot))
        for other in range(len(lot))
        if one != other and any(w == v and abs(p - q) <= SLACK for w, p in lot[one] for v, q in lot[other])
    }


landmarks = st.tuples(st.integers(-(1 << 31), (1 << 31) - 1) | st.integers(-3, 3), st.integers(0, 40))


@settings(max_examples=60)
@given(lot=st.lists(st.lists(landmarks, max_size=8), max_size=6), at_once=st.sampled_from([1, 3, 10, 1000]))
def test_all_that_share_a_word_at_about_one_place_are_proposed_however_few_are_held(
    lot: Lot, at_once: int
) -> None:
    assert pairs(join(lot, at_once=at_once)) == sharing(lot)


@settings(max_examples=30)
@given(lot=st.lists(st.lists(landmarks, max_size=8), min_size=2, max_size=6), data=st.data())
def test_only_those_that_are_asked_for_are_looked_up(lot: Lot, data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.booleans(), min_size=len(lot), max_size=len(lot)))
    expected = {(one, other) for one, other in sharing(lot) if asked[one]}
    assert pairs(join(lot, asked=asked)) == expected


def test_the_shifts_are_those_that_most_landmarks_agree_on() -> None:
    one = [(word, 10 * word) for word in range(20)]
    other = [(word, 10 * word + 3) for word in range(19)] + [(19, 190)]
    found = {(one.one, one.other): one.shifts for one in join([one, other])}
    assert found == {(0, 1): [3, 0], (1, 0): [-3, 0]}


def test_what_is_said_to_be_the_same_does_not_come_again() -> None:
    lot: Lot = [[(word, word) for word in range(30)]] * 3
    joined = join(lot, at_once=10)
    seen = []
    for proposal in joined:
        seen.append((proposal.one, proposal.other))
        joined.same(proposal)
    assert sorted(seen) == [(0, 1), (0, 2), (1, 2)]


def test_what_differs_in_length_by_more_than_a_tenth_is_not_proposed() -> None:
    fingerprints = join([[(1, 1)], [(1, 1)]]).fingerprints
    lengths = {(1000, 1009): True, (1000, 1011): False, (30, 40): True, (30, 41): False}
    for (one, other), is_near in lengths.items():
        changed = Fingerprints(**{**vars(fingerprints), "lengths": np.array([one, other])})
        both = np.array([0]), np.array([1])
        assert changed.of_one_length(*both).tolist() == [is_near]


def test_of_very_many_that_share_a_word_only_so_many_are_proposed_for_each() -> None:
    lot: Lot = [[(7, 7)]] * 200
    joined = list(join(lot))
    assert max(sum(one.one == number for one in joined) for number in range(200)) == CANDIDATES


@pytest.mark.parametrize("lot", [[], [[]], [[(1, 1)]], [[(1, 1)], []]])
def test_little_or_nothing_gives_nothing(lot: Lot) -> None:
    assert pairs(join(lot)) == set()
