"""Groups by star: everybody in one at most, confirmed against the best, and nobody left out who fits."""

from typing import NamedTuple

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from dam.duplicates.classes import Classes
from dam.duplicates.pairs import Pairs, make_pairs
from dam.duplicates.stars import Star, Stars
from dam.search.orientation import Orientation


class Case(NamedTuple):
    classes: Classes
    pairs: dict[tuple[int, int], int]
    aspects: list[float]
    labels: list[frozenset[int]]
    chosen: list[bool] | None
    order: list[int]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = draw(st.lists(st.integers(0, 7), min_size=1, max_size=16))
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    of = np.array([numbers[name] for name in names], dtype=np.uint32)
    count = len(numbers)
    planes = np.arange(7 * count, dtype=np.uint64).reshape(7, count)
    two_classes = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
        lambda p: p[0] < p[1]
    )
    pairs = draw(st.dictionaries(two_classes, st.integers(1, 80), max_size=12)) if count > 1 else {}
    return Case(
        Classes(planes, of, np.bincount(of, minlength=count).astype(np.uint32)),
        pairs,
        [draw(st.sampled_from([1.0, 1.5, 2.0])) for _ in names],
        [draw(st.frozensets(st.integers(0, 3), max_size=2)) for _ in names],
        draw(st.none() | st.lists(st.booleans(), min_size=len(names), max_size=len(names))),
        draw(st.permutations(range(len(names)))),
    )


def pairs_of(distances: dict[tuple[int, int], int]) -> Pairs:
    return Pairs.joined(
        make_pairs(np.array([a]), np.array([b]), np.array([bits], dtype=np.uint8), Orientation.UPRIGHT)
        for (a, b), bits in distances.items()
    )


def alike(case: Case, one: int, other: int) -> bool:
    """Tell whether two pictures belong together, written down without any of the program's code."""
    a, b = sorted((int(case.classes.of[one]), int(case.classes.of[other])))
    shapes = sorted((case.aspects[one], case.aspects[other]))
    return (
        (a == b or (a, b) in case.pairs)
        and shapes[1] / shapes[0] <= 1.4
        and not case.labels[one] & case.labels[other]
        and (case.chosen is None or case.chosen[one] or case.chosen[other])
    )


def distance(case: Case, one: int, other: int) -> int:
    a, b = sorted((int(case.classes.of[one]), int(case.classes.of[other])))
    return 0 if a == b else case.pairs[a, b]


def grouped(case: Case) -> list[Star]:
    stars = Stars(
        case.classes,
        pairs_of(case.pairs),
        aspects=np.array(case.aspects),
        tolerance=1.4,
        labels=case.labels.__getitem__,
        chosen=None if case.chosen is None else np.array(case.chosen),
    )
    candidates = set(stars.candidates().tolist())
    return list(
        stars.of(np.array([number for number in case.order if number in candidates], dtype=np.uint32))
    )


@given(cases())
def test_every_group_is_a_star_and_nobody_who_fits_is_left_out(case: Case) -> None:
    stars = grouped(case)
    everybody = [number for star in stars for number in (star.centre, *star.members.tolist())]
    assert len(everybody) == len(set(everybody))
    for star in stars:
        assert all(alike(case, star.centre, member) for member in star.members.tolist())
        apart = [distance(case, star.centre, member) for member in star.members.tolist()]
        assert apart == sorted(apart)
    # Who is in no star is like nobody else who is in none, and like no centre unless about another member and
    # them somebody has decided.
    alone = set(range(len(case.order))) - set(everybody)
    for one in alone:
        assert not any(alike(case, one, other) for other in alone - {one})
        for star in stars:
            decided = any(case.labels[one] & case.labels[member] for member in star.members.tolist())
            assert decided or not alike(case, one, star.centre)


@given(cases())
def test_about_no_two_in_a_group_somebody_has_decided_and_the_best_ones_stay(case: Case) -> None:
    left = set(range(len(case.order)))
    for star in grouped(case):
        wanted = []
        seen: set[int] = set()
        for number in case.order:
            if number in left and alike(case, star.centre, number) and not seen & case.labels[number]:
                wanted.append(number)
                seen |= case.labels[number]
        wanted = [number for number in wanted if number != star.centre]
        assert sorted(star.members.tolist()) == sorted(wanted)
        left -= {star.centre, *star.members.tolist()}


@given(cases())
def test_the_next_star_is_the_largest_there_can_be(case: Case) -> None:
    left = set(range(len(case.order)))
    for star in grouped(case):
        sizes = {one: sum(alike(case, one, other) for other in left - {one}) for one in left}
        assert sizes[star.centre] == max(sizes.values())
        left -= {star.centre, *star.members.tolist()}


def test_a_chain_of_likes_is_no_group() -> None:
    of = np.arange(5, dtype=np.uint32)
    case = Case(
        Classes(np.zeros((7, 5), dtype=np.uint64), of, np.ones(5, dtype=np.uint32)),
        {(number, number + 1): 10 for number in range(4)},
        [1.0] * 5,
        [frozenset()] * 5,
        None,
        [2, 0, 1, 3, 4],
    )
    stars = grouped(case)
    # The ends are like nobody in the middle: they are in no group with it.
    assert [(star.centre, star.members.tolist()) for star in stars] == [(2, [1, 3])]


def test_a_million_equal_hashes_are_one_group_at_once() -> None:
    count = 1_000_000
    classes = Classes(
        np.zeros((7, 1), dtype=np.uint64),
        np.zeros(count, dtype=np.uint32),
        np.array([count], dtype=np.uint32),
    )
    stars = Stars(classes, Pairs.joined([]), aspects=np.ones(count), tolerance=1.25, labels=lambda number: ())
    (star,) = stars.of(stars.candidates())
    assert (star.centre, len(star.members)) == (0, count - 1)
