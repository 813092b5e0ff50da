"""Landmarks that a fingerprint shares with those in the database, and where: each votes for a shift."""

from collections import defaultdict

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.component import Component, table_of
from dam.models.spread import Ints

CANDIDATES = 100
"""Media that are looked at closer: those that share most."""
_AT_ONCE = 500
_ROWS_LIMIT = 200_000
"""Landmarks that are looked at: only words that say nothing are as frequent."""
_SLACK = 1
"""Places by which landmarks of the same moment may be apart, since no two begin alike."""
_SHIFTS = 12


def shifts_by_landmarks(
    session: Session, component: type[Component], words: Ints, places: Ints
) -> dict[int, list[int]]:
    """Return for each entity that has such words the shifts at which most agree with these places.

    The component has a `word` and its `position`.
    """
    if not len(words):
        return {}
    rows = _rows(session, component, np.unique(words))
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


def _rows(session: Session, component: type[Component], words: Ints) -> Ints:
    """Return the landmarks of these words: word, entity and position."""
    table = table_of(component).c
    chosen = select(table.word, table.entity_id, table.position)
    found: list[tuple[int, int, int]] = []
    for start in range(0, len(words), _AT_ONCE):
        some = words[start : start + _AT_ONCE].tolist()
        statement = chosen.where(table.word.in_(some)).limit(_ROWS_LIMIT - len(found))
        found += [(word, entity, position) for word, entity, position in session.execute(statement)]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _most_agreeing(entities: Ints, shifts: Ints) -> dict[int, list[int]]:
    """Return for those with most landmarks at one shift, give or take one, their best shifts."""
    pairs, counts = np.unique(np.stack([entities, shifts], axis=1), axis=0, return_counts=True)
    votes: dict[int, dict[int, int]] = defaultdict(dict)
    for (entity, shift), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        votes[entity][shift] = count
    best = {entity: _best_shifts(of_entity) for entity, of_entity in votes.items()}
    ranked = sorted(best, key=lambda entity: (-best[entity][0], entity))[:CANDIDATES]
    near = range(-2 * _SLACK, 2 * _SLACK + 1)
    return {entity: [shift + apart for shift in best[entity][1] for apart in near] for entity in ranked}


def _best_shifts(votes: dict[int, int]) -> tuple[int, list[int]]:
    """Return how many agree at most, and on which shifts: what repeats itself agrees on several."""
    around = range(-_SLACK, _SLACK + 1)
    agreeing = {shift: sum(votes.get(shift + apart, 0) for apart in around) for shift in votes}
    ranked = sorted(agreeing, key=lambda shift: (-agreeing[shift], -votes[shift], abs(shift)))
    return agreeing[ranked[0]], ranked[:_SHIFTS]
