"""Words are put in order with their places, and of very many columns some are dropped, in place."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from dam.duplicates import ordering
from dam.duplicates.compaction import compacted
from dam.duplicates.ordering import Order, stretches

FULL = (1 << 64) - 1
# Short or long beginnings that many of them share, and anything.
words = st.builds(lambda first, last: first << 61 | last, st.integers(0, 7), st.integers(0, 9)) | st.integers(
    0, FULL
)


@given(st.lists(words, max_size=40))
def test_words_are_in_order_by_as_many_first_bits_as_leave_room_for_places(keys: list[int]) -> None:
    room = max(len(keys) - 1, 0).bit_length()
    beginnings = [key >> room for key in keys]
    order = Order(np.array(keys, dtype=np.uint64))
    # Python's sort is stable.
    places = sorted(range(len(keys)), key=beginnings.__getitem__)
    assert len(order) == len(keys)
    assert order[:].tolist() == places
    begun = [beginnings[place] for place in places]
    assert order.repeating().tolist() == [n > 0 and begun[n] == begun[n - 1] for n in range(len(begun))]


def test_an_order_is_the_same_however_much_of_it_is_worked_on_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = np.random.default_rng(1).integers(0, 5, 101, dtype=np.uint64) << np.uint64(60)
    whole = Order(keys.copy())
    monkeypatch.setattr(ordering, "_AT_ONCE", 7)
    parted = Order(keys)
    assert (parted[:] == whole[:]).all()
    assert (parted.repeating() == whole.repeating()).all()


def test_a_part_of_an_order_can_be_rearranged() -> None:
    order = Order(np.array([30, 10, 20, 40], dtype=np.uint64) << np.uint64(32))
    order.rearrange(1, np.array([2, 0, 1]))
    assert order[:].tolist() == [1, 3, 2, 0]


@given(st.integers(0, 5), st.integers(0, 40), st.integers(1, 9))
def test_stretches_cover_everything_once(start: int, length: int, size: int) -> None:
    parts = list(stretches(start, start + length, size))
    assert [place for part in parts for place in range(*part)] == list(range(start, start + length))
    assert all(0 < end - first <= size for first, end in parts)


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 7))
def test_what_is_kept_moves_to_the_front_of_the_same_memory(kept: list[bool], rows: int) -> None:
    planes = np.arange(rows * len(kept), dtype=np.uint64).reshape(rows, len(kept))
    wanted = planes[:, np.array(kept, dtype=np.bool_)]
    found = compacted(planes, np.array(kept, dtype=np.bool_))
    assert found.tolist() == wanted.tolist()
    assert not found.size or np.shares_memory(found, planes)
