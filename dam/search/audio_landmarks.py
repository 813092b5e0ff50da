"""Recordings that share landmarks with a fingerprint, and where: found by an index of the database."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.component import table_of
from dam.models.audio.audio_landmark_component import AudioLandmarkComponent
from dam.models.chromaprint import Words, is_chosen, is_flat

CANDIDATES = 100
"""Recordings that are looked at closer: those that share most."""
_PROBES = 2000
"""Words that are asked for; for short excerpts twice as many."""
_SHORT = 100
"""Words of a short excerpt: fifteen seconds have as many."""
_AT_ONCE = 500
_ROWS_LIMIT = 200_000
"""Landmarks that are looked at: only words that say nothing are as frequent."""
_SLACK = 1
"""Words by which landmarks of the same place may be apart, since no two recordings begin alike."""

_SHIFTS = 12

_ONE_BIT: Words = np.uint32(1) << np.arange(32, dtype=np.uint32)
_TWO_BITS: Words = (_ONE_BIT[:, np.newaxis] | _ONE_BIT)[np.triu_indices(32, 1)]

_Ints = npt.NDArray[np.int64]


def candidates(session: Session, asked: Words) -> dict[int, list[int]]:
    """Return for each recording that may hold what was asked about the shifts at which it may."""
    words, places = _probes(asked)
    if not len(words):
        return {}
    rows = _rows(session, np.unique(words))
    if not len(rows):
        return {}
    order = np.argsort(words, kind="stable")
    words, places = words[order], places[order]
    first = np.searchsorted(words, rows[:, 0], side="left")
    counts = np.searchsorted(words, rows[:, 0], side="right") - first
    of_row = np.repeat(np.arange(len(rows)), counts)
    nth = np.arange(len(of_row)) - np.repeat(np.cumsum(counts) - counts, counts)
    shifts = rows[of_row, 2] - places[first[of_row] + nth]
    return _most_agreeing(rows[of_row, 1], shifts)


def _probes(asked: Words) -> tuple[_Ints, _Ints]:
    """Return the words to ask for, as signed numbers, and their places in the fingerprint.

    First the words as they are; then, in as many evenly spread places as there is room for, all landmarks
    that are one bit away. A short excerpt, which has few, is also looked for by some that are two bits away.
    """
    telling = np.flatnonzero(~is_flat(asked))
    exact = telling[_spread(len(telling), _PROBES // 2)]
    around = telling[_spread(len(telling), (_PROBES - len(exact)) // 8)]
    single, single_places = _variants(asked, around, _ONE_BIT)
    parts, places = [asked[exact], single], [exact, single_places]
    if len(telling) <= _SHORT:
        double, double_places = _variants(asked, telling, _TWO_BITS)
        some = _spread(len(double), 2 * _PROBES - len(exact) - len(single))
        parts, places = [*parts, double[some]], [*places, double_places[some]]
    return np.concatenate(parts).view(np.int32).astype(np.int64), np.concatenate(places)


def _variants(asked: Words, places: _Ints, flips: Words) -> tuple[Words, _Ints]:
    """Return the landmarks that words at these places become when such bits are turned over."""
    variants = asked[places][:, np.newaxis] ^ flips
    rows, columns = np.nonzero(is_chosen(variants.reshape(-1)).reshape(variants.shape))
    return variants[rows, columns], places[rows]


def _spread(count: int, most: int) -> _Ints:
    """Return at most so many of the numbers below a count, evenly spaced."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64)) if count else _NONE


_NONE: _Ints = np.empty(0, dtype=np.int64)


def _rows(session: Session, words: _Ints) -> _Ints:
    """Return the landmarks of these words: word, entity and position."""
    table = table_of(AudioLandmarkComponent).c
    chosen = select(table.word, table.entity_id, table.position)
    found: list[tuple[int, int, int]] = []
    for start in range(0, len(words), _AT_ONCE):
        some = words[start : start + _AT_ONCE].tolist()
        statement = chosen.where(table.word.in_(some)).limit(_ROWS_LIMIT - len(found))
        found += [(word, entity, position) for word, entity, position in session.execute(statement)]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _most_agreeing(entities: _Ints, shifts: _Ints) -> dict[int, list[int]]:
    """Return for the recordings with most landmarks at one shift, give or take one, their best shifts."""
    pairs, counts = np.unique(np.stack([entities, shifts], axis=1), axis=0, return_counts=True)
    votes: dict[int, dict[int, int]] = defaultdict(dict)
    for (entity, shift), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        votes[entity][shift] = count
    best = {entity: _best_shifts(of_entity) for entity, of_entity in votes.items()}
    ranked = sorted(best, key=lambda entity: (-best[entity][0], entity))[:CANDIDATES]
    near = range(-2 * _SLACK, 2 * _SLACK + 1)
    return {entity: [shift + apart for shift in best[entity][1] for apart in near] for entity in ranked}


def _best_shifts(votes: dict[int, int]) -> tuple[int, list[int]]:
    """Return how many agree at most, and on which shifts: music that repeats itself agrees on several."""
    around = range(-_SLACK, _SLACK + 1)
    agreeing = {shift: sum(votes.get(shift + apart, 0) for apart in around) for shift in votes}
    ranked = sorted(agreeing, key=lambda shift: (-agreeing[shift], -votes[shift], abs(shift)))
    return agreeing[ranked[0]], ranked[:_SHIFTS]
