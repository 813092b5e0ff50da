"""A temporary map is a dict that need not fit into memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.errors import NoSpace
from dam.services import temporary_database
from dam.services.temporary_map import TemporaryMap

KEYS = st.binary(max_size=3)


@given(st.lists(st.tuples(KEYS, st.none() | st.integers() | st.tuples(st.text(), st.binary()))), KEYS)
def test_it_holds_what_a_dict_would_in_the_order_of_the_keys(
    pairs: list[tuple[bytes, object]], other: bytes
) -> None:
    held: TemporaryMap[bytes] = TemporaryMap()
    model: dict[bytes, object] = {}
    for key, value in pairs:
        held.put(key, value)
        model[key] = value
    assert len(held) == len(model)
    assert [held.get(key) for key in model] == list(model.values())
    assert list(held.values()) == [model[key] for key in sorted(model)]
    assert (other in held) == (other in model)
    assert held.get(other) == model.get(other)


def test_there_are_pages_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary_database, "_PAGE", 2)
    held: TemporaryMap[int] = TemporaryMap()
    for number in (5, -1, 3, 2, 4):
        held.put(number, -number)
    assert list(held.values()) == [1, -2, -3, -4, -5]


def test_going_through_twice_as_many_takes_twice_the_steps() -> None:
    def steps(count: int) -> int:
        held: TemporaryMap[int] = TemporaryMap()
        for number in range(count):
            held.put(number)
        made = []
        held._entries._connection.set_progress_handler(lambda: made.append(1), 10)
        assert len(list(held.values())) == count
        return len(made)

    assert steps(20_000) < 2.5 * steps(10_000)


def test_a_disk_that_is_full_is_said_to_be_so() -> None:
    held: TemporaryMap[bytes] = TemporaryMap()
    held._entries.execute("PRAGMA max_page_count = 4")
    with pytest.raises(NoSpace, match="a temporary file: database or disk is full"):
        held.put(b"key", "x" * 100_000)
