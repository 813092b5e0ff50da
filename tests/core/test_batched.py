"""Things in batches: all of them, in order, and none read before it is needed."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from dam.core.batched import PARAMETERS, batched


@given(items=st.lists(st.integers()), most=st.integers(1, 12))
def test_batches_are_full_but_for_the_last_one_and_lose_nothing(items: list[int], most: int) -> None:
    batches = list(batched(items, most))
    assert [item for batch in batches for item in batch] == items
    assert all(len(batch) == most for batch in batches[:-1])
    assert all(1 <= len(batch) <= most for batch in batches)


def test_a_statement_names_no_more_than_databases_take() -> None:
    assert [len(batch) for batch in batched(range(PARAMETERS + 1))] == [PARAMETERS, 1]


def test_what_comes_later_is_not_read_before_it_is_asked_for() -> None:
    read: list[int] = []

    def source() -> Iterator[int]:
        for number in range(10):
            read.append(number)
            yield number

    batches = batched(source(), 3)
    assert read == []
    assert next(batches) == [0, 1, 2]
    assert read == [0, 1, 2]
