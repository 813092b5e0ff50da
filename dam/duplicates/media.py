"""The groups of assets of one kind that its matcher finds to be the same."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from dam.core.database import Database
from dam.core.matcher import Compared, Matcher, Strictness
from dam.core.registry import Registry
from dam.duplicates.classes import Classes, collapse
from dam.duplicates.extent import MediaExtent
from dam.duplicates.group import Group, Member
from dam.duplicates.pairs import UPRIGHT, Pairs
from dam.duplicates.ranking import best_by_quality
from dam.duplicates.stars import Labels, Star, Stars
from dam.search.page import Entities
from dam.search.waiting import count_waiting
from dam.search.words import pack

_DIGEST = 16


class _Prints(NamedTuple):
    """The assets that are compared, by ascending id, and which of them are equal to each other in that."""

    entities: Entities
    classes: Classes


@dataclass(frozen=True)
class MediaSearch:
    """Looks for the groups of one kind."""

    database: Database
    registry: Registry
    matcher: Matcher
    strictness: Strictness
    chosen: Callable[[Session], Entities | None]
    """Tells the entities of which one must be in every group; None means any."""
    judgements: Callable[[Session], Labels]
    expect: Callable[[str, int], Callable[[int], None]]
    """Is told what comes next and how many steps it has; returns what is told of those done."""

    def groups(self, told: Callable[[MediaExtent], None]) -> Iterator[Group]:
        """Yield the groups, after telling how many there are to be compared."""
        matcher = self.matcher
        with self.database.read() as session:
            prints = _load(session, matcher)
            uncompared = count_waiting(session, matcher.kind, matcher.system)
            told(MediaExtent(matcher.likeness, matcher.name, len(prints.entities), uncompared))
            if len(prints.entities) < 2:
                return
            entities, classes = prints
            within = self.chosen(session)
            chosen = None if within is None else np.isin(entities, within)
            pairs = self._pairs(session, prints, chosen)
            labels = self.judgements(session)
            stars = Stars(
                classes,
                pairs,
                aspects=np.ones(len(entities)),
                tolerance=1.0,
                labels=lambda number: labels(int(entities[number])),
                chosen=chosen,
            )
            candidates = stars.candidates()
            some = entities[candidates]
            qualities = matcher.qualities(session, some.tolist())
            best = candidates[best_by_quality(session, self.registry, some, qualities)]
        rank = np.zeros(len(entities), dtype=np.uint32)
        rank[best] = np.arange(len(best))
        for star in stars.of(best):
            yield self._group(entities, star, rank)

    def _pairs(self, session: Session, prints: _Prints, chosen: NDArray[np.bool_] | None) -> Pairs:
        """Return the pairs of classes that are the same."""
        entities, classes = prints
        first = np.unique(classes.of, return_index=True)[1]
        asked = None if chosen is None else classes.of_any(chosen).tolist()
        compared = Compared(
            array("q", entities[first].tolist()),
            asked,
            self.strictness,
            lambda total: self.expect(f"comparing {self.matcher.name}s", total),
        )
        ones, others, distances = array("I"), array("I"), array("B")
        for match in self.matcher.matches(session, compared):
            if asked is not None and not (asked[match.one] or asked[match.other]):
                continue
            ones.append(min(match.one, match.other))
            others.append(max(match.one, match.other))
            distances.append(match.distance)
        found = Pairs(
            np.array(ones, dtype=np.uint32),
            np.array(others, dtype=np.uint32),
            np.array(distances, dtype=np.uint8),
            np.full(len(ones), UPRIGHT, dtype=np.uint8),
        )
        return Pairs.joined([found])

    def _group(self, entities: Entities, star: Star, rank: NDArray[np.uint32]) -> Group:
        """Name the best of a star, and say how far the others are from it."""
        numbers = [star.centre, *star.members.tolist()]
        best, *others = (int(entities[number]) for number in sorted(numbers, key=lambda one: int(rank[one])))
        with self.database.read() as session:
            measures = self.matcher.measure(session, best, others)
        members = tuple(Member(other, measures=measures.get(other, {})) for other in others)
        return Group(self.matcher.likeness, best, members, int(entities[star.centre]))


def _load(session: Session, matcher: Matcher) -> _Prints:
    entities, digests = array("q"), bytearray()
    for entity, value in matcher.prints(session):
        entities.append(entity)
        digests += blake2b(value, digest_size=_DIGEST).digest()
    whole = [bytes(digests[start : start + _DIGEST]) for start in range(0, len(digests), _DIGEST)]
    return _Prints(np.array(entities, dtype=np.int64), collapse(pack(whole, 8 * _DIGEST)))
