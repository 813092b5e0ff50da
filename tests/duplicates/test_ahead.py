"""Threads work ahead, but only so far, and what goes wrong in them is heard of."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from dam.duplicates.ahead import done_ahead


def test_results_come_in_the_order_of_the_items() -> None:
    with ThreadPoolExecutor(4) as threads:
        assert list(done_ahead(threads, lambda n: n * n, range(50), 3)) == [n * n for n in range(50)]
        assert list(done_ahead(threads, abs, [], 3)) == []


def test_no_more_is_begun_than_may_wait() -> None:
    begun = []

    def work(number: int) -> int:
        begun.append(number)
        return number

    with ThreadPoolExecutor(2) as threads:
        results = done_ahead(threads, work, count(), 3)
        assert [next(results), next(results)] == [0, 1]
        del results
    assert len(begun) <= 5


def test_a_failure_ends_it_where_its_result_would_have_come() -> None:
    with ThreadPoolExecutor(2) as threads:
        results = done_ahead(threads, lambda n: 6 // n, [3, 2, 0, 1], 2)
        assert [next(results), next(results)] == [2, 3]
        with pytest.raises(ZeroDivisionError):
            next(results)
