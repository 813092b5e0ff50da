"""Pictures that agree in everything are one class, whatever the word says that they are sorted by."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from dam.duplicates import classes, ordering
from dam.duplicates.classes import Classes, collapse

few = st.lists(st.tuples(*[st.sampled_from([0, 1, (1 << 64) - 1])] * 3), max_size=40)
Columns = list[tuple[int, ...]]


def planes_of(columns: Columns) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
    return np.array(columns, dtype=np.uint64).reshape(-1, 3).T.copy()


def require_one_class_each(found: Classes, columns: Columns) -> None:
    different = list(dict.fromkeys(columns))
    assert [tuple(column) for column in found.planes.T.tolist()] == different
    assert found.of.tolist() == [different.index(column) for column in columns]
    assert found.sizes.tolist() == [columns.count(column) for column in different]
    assert len(found) == len(different)


@given(few)
def test_equal_pictures_are_one_class_numbered_by_its_first(columns: Columns) -> None:
    require_one_class_each(collapse(planes_of(columns)), columns)


@pytest.mark.parametrize("odd", [0, 1 << 62, 1 << 58])
@given(columns=few)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_different_pictures_of_one_word_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, odd: int, columns: Columns
) -> None:
    # Multiplied by this, many words are the same, or all.
    monkeypatch.setattr(classes, "_ODD", np.uint64(odd))
    require_one_class_each(collapse(planes_of(columns)), columns)


@given(columns=few)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_classes_are_the_same_however_many_pictures_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch, columns: Columns
) -> None:
    monkeypatch.setattr(classes, "_AT_ONCE", 3)
    monkeypatch.setattr(ordering, "_AT_ONCE", 3)
    require_one_class_each(collapse(planes_of(columns)), columns)


@pytest.mark.parametrize("count", [0, 1, 2, 65_535, 65_536, 65_537, 200_001])
def test_any_number_of_equal_pictures_is_one_class(count: int) -> None:
    found = collapse(np.full((7, count), 5, dtype=np.uint64))
    assert found.planes.tolist() == [[5][:count]] * 7
    assert found.sizes.tolist() == [count][:count]
    assert not found.of.any()


@pytest.mark.parametrize("count", [0, 1, 65_537])
def test_any_number_of_different_pictures_are_as_many_classes(count: int) -> None:
    planes = np.stack([np.zeros(count, dtype=np.uint64), np.arange(count, dtype=np.uint64)])
    found = collapse(planes)
    assert np.shares_memory(found.planes, planes) or not count
    assert found.of.tolist() == list(range(count))
    assert found.sizes.tolist() == [1] * count


@given(few, st.data())
def test_a_class_is_of_any_of_its_pictures(columns: Columns, data: st.DataObject) -> None:
    marks = data.draw(st.lists(st.booleans(), min_size=len(columns), max_size=len(columns)))
    found = collapse(planes_of(columns)).of_any(np.array(marks, dtype=np.bool_))
    different = list(dict.fromkeys(columns))
    marked = {column for column, mark in zip(columns, marks, strict=True) if mark}
    assert found.tolist() == [column in marked for column in different]


def test_without_planes_the_classes_stay_and_the_memory_is_let_go() -> None:
    planes = planes_of([(1, 2, 3), (4, 5, 6), (1, 2, 3)])
    found = collapse(planes).without_planes()
    assert found.of.tolist() == [0, 1, 0]
    assert not np.shares_memory(found.planes, planes)
    assert found.planes.base is None
