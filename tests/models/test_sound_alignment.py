"""Fingerprints of sound, laid against each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.models.chromaprint import SECONDS, SPAN, Words
from dam.models.sound_alignment import Alignment, best_alignment, is_plain, relation_of

NOTHING = np.empty(0, dtype=np.uint32)


def words(count: int, seed: int = 0) -> Words:
    return np.random.default_rng(seed).integers(0, 2**32, count, dtype=np.uint32)


def everywhere(asked: Words, known: Words) -> range:
    return range(-len(asked), len(known) + 1)


@given(st.integers(16, 200), st.integers(0, 150), st.integers(8, 50), st.integers(0, 5))
def test_an_excerpt_is_found_where_it_is(count: int, start: int, length: int, seed: int) -> None:
    known = words(count, seed)
    asked = known[start : start + length]
    if len(asked) < 8:
        return
    found = best_alignment(asked, known, everywhere(asked, known))
    assert found == Alignment(start, len(asked), 0.0)
    back = best_alignment(known, asked, everywhere(known, asked))
    assert back == Alignment(-start, len(asked), 0.0)


@given(st.integers(0, 32), st.integers(0, 3))
def test_the_error_is_the_share_of_bits_that_differ(bits: int, seed: int) -> None:
    known = words(50, seed)
    asked = known ^ np.uint32((1 << bits) - 1)
    found = best_alignment(asked, known, [0])
    assert found is not None
    assert found.bit_error == pytest.approx(bits / 32)


def test_half_of_the_shorter_one_must_overlap() -> None:
    known = words(100)
    assert best_alignment(known[60:], known[:80], [60]) == Alignment(60, 20, 0.0)
    assert best_alignment(known[60:], known[:79], [60]) is None
    assert best_alignment(known, known, [51, -51, 1000, -1000]) is None


def test_what_is_silence_in_either_is_left_out() -> None:
    known = words(60)
    silent = known.copy()
    silent[20:40] = 7
    for asked, other in ((known, silent), (silent, known)):
        found = best_alignment(asked, other, [0])
        assert found is not None
        assert (found.bit_error, found.overlap) == (0.0, 60)


@pytest.mark.parametrize(
    "flat",
    [NOTHING, words(7), np.full(500, 7, dtype=np.uint32), np.tile(words(7), 100), np.repeat(words(50), 8)],
    ids=["nothing", "short", "silence", "seven words", "lasting tones"],
)
def test_what_tells_nothing_matches_nothing_not_even_itself(flat: Words) -> None:
    assert is_plain(flat)
    assert best_alignment(flat, flat, everywhere(flat, flat)) is None


def test_eight_words_that_differ_are_enough() -> None:
    assert not is_plain(words(8))
    assert best_alignment(words(8), words(8), [0]) == Alignment(0, 8, 0.0)


@pytest.mark.parametrize(
    ("shift", "asked", "known", "relation"),
    [
        (0, 100, 100, "same"),
        (10, 90, 100, "same"),
        (-10, 100, 90, "same"),
        (50, 40, 200, "excerpt"),
        (0, 40, 200, "excerpt"),
        (-50, 200, 40, "whole"),
        (50, 100, 100, "overlap"),
        (-50, 100, 100, "overlap"),
    ],
)
def test_lengths_and_shift_say_what_two_are_to_each_other(
    shift: int, asked: int, known: int, relation: str
) -> None:
    assert relation_of(Alignment(shift, 40, 0.0), asked, known) == relation


def test_seconds_count_what_the_last_word_is_about_too() -> None:
    one = Alignment(10, 1, 0.0)
    assert one.offset == pytest.approx(10 * SECONDS)
    assert one.seconds == pytest.approx(SPAN)
    assert 2.7 < SPAN < 2.75
