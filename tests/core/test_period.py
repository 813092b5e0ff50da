"""Periods as people write them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.period import read_period


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2026-12-31", "2026-12-31", "2027-01-01"),
        ("2026-05-01T23", "2026-05-01T23:00", "2026-05-02T00:00"),
        ("2026-05-01 10:15", "2026-05-01T10:15", "2026-05-01T10:16"),
        ("2026-05-01T10:15:30", "2026-05-01T10:15:30", "2026-05-01T10:15:31"),
        ("2026-05-01T10:15:30.5", "2026-05-01T10:15:30.500", "2026-05-01T10:15:30.600"),
    ],
)
def test_what_is_written_is_a_period_from_its_start_up_to_the_next(text: str, start: str, end: str) -> None:
    assert read_period(text) == (naive(start), naive(end))


@given(st.datetimes(datetime(1, 1, 1), datetime(9998, 12, 31)))  # noqa: DTZ001 - of no time zone
def test_every_moment_lies_in_its_own_second(moment: datetime) -> None:
    start, end = read_period(moment.replace(microsecond=0).isoformat())
    assert start <= moment < end == start + timedelta(seconds=1)


@given(st.text())
def test_whatever_is_no_period_is_a_value_error(text: str) -> None:
    try:
        start, end = read_period(text)
    except ValueError:
        return
    assert start < end


@pytest.mark.parametrize("text", ["", "9999", "9999-12-31T23:59:59", "2026-13", "2026-02-30", "yesterday"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_period(text)
