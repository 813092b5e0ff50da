"""Finding duplicates: the whole library, or a part of it, against all of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from dam.core.database import Database
from dam.core.matcher import Matcher
from dam.core.registry import Registry
from dam.core.visit import Result
from dam.duplicates.answer import Likened, measured
from dam.duplicates.chosen import entities_in
from dam.duplicates.classes import Classes, collapse
from dam.duplicates.criteria import Criteria
from dam.duplicates.documents import Previews, without_other_documents
from dam.duplicates.extent import Extent, MediaExtent
from dam.duplicates.group import Group, Likeness
from dam.duplicates.identical_pixels import (
    beyond_comparison,
    may_be_identical,
    still_undecoded,
    with_same_pixels,
)
from dam.duplicates.looks import alike_by_look
from dam.duplicates.media import MediaSearch
from dam.duplicates.near import NearPairs
from dam.duplicates.pairs import ORIENTATIONS, Numbers, Pairs, merged
from dam.duplicates.pictures import Pictures, load_pictures
from dam.duplicates.places import at_several_places
from dam.duplicates.ranking import best_first, richest_first
from dam.duplicates.scope import Scope
from dam.duplicates.stars import Labels, Star, Stars
from dam.duplicates.turning import composed, inverse
from dam.duplicates.watch import Watch
from dam.errors import NotWritable
from dam.search.orientation import Orientation
from dam.search.page import Entities

EXHAUSTIVE = 20_000_000_000
"""Comparisons that are made rather than missing a pair: half a minute, or 200,000 pictures."""


@dataclass(frozen=True)
class Means:
    """What finding duplicates works with."""

    database: Database
    registry: Registry
    hash_pixels: Callable[[Sequence[int]], Iterable[Result]]
    """Hashes the pixels of these entities where that was not done yet."""
    preview: Callable[[int], bytes | None]
    """Gives the preview of an entity, made again if it was lost, if there is one."""
    previews: Previews
    judgements: Callable[[Session], Labels]
    """Loads what somebody has decided about pairs."""
    watch: Watch


@dataclass(frozen=True)
class Field:
    """The pictures that are compared, and what is known of them beforehand."""

    pictures: Pictures
    chosen: Entities | None
    """The entities of which one must be in every group; None means any."""
    labels: Labels
    """What somebody has decided, by entity."""

    @cached_property
    def is_chosen(self) -> NDArray[np.bool_] | None:
        """Which of the pictures are chosen, None if all are."""
        return None if self.chosen is None else self.pictures.marked(self.chosen)


class Duplicates:
    """Yields the groups of what is alike, class by class; `extent` is known at the end."""

    def __init__(
        self, means: Means, criteria: Criteria, scope: Scope, *, is_exhaustive: bool = False
    ) -> None:
        """Look for what the criteria say, in that scope."""
        self._means = means
        self._criteria = criteria
        self._scope = scope
        self._is_exhaustive = is_exhaustive
        self.extent = Extent()

    def __iter__(self) -> Iterator[Group]:
        if self._criteria.wants(Likeness.BYTES):
            yield from self._at_several_places()
        if self._criteria.wants_pictures:
            yield from self._alike()
        for matcher in self._means.registry.matchers:
            wanted = self._criteria.kinds is None or matcher.kind in self._criteria.kinds
            if wanted and self._criteria.wants(matcher.likeness):
                yield from self._same_media(matcher)

    def _at_several_places(self) -> Iterator[Group]:
        with self._means.database.read() as session:
            found = at_several_places(session, self._scope, self._criteria.kinds)
        for entity in found.tolist():
            yield Group(Likeness.BYTES, entity)

    def _same_media(self, matcher: Matcher) -> Iterator[Group]:
        means = self._means
        search = MediaSearch(
            means.database,
            means.registry,
            matcher,
            self._criteria.strictness,
            self._chosen,
            means.judgements,
            self._expect,
        )
        yield from search.groups(self._tell)

    def _tell(self, extent: MediaExtent) -> None:
        self.extent = replace(self.extent, media=(*self.extent.media, extent))

    def _chosen(self, session: Session) -> Entities | None:
        return None if self._scope.is_everything else entities_in(session, self._scope)

    def _alike(self) -> Iterator[Group]:
        database, criteria = self._means.database, self._criteria
        with database.read() as session:
            pictures, planes = load_pictures(session, criteria.quality, criteria.sound_side)
            field = Field(pictures, self._chosen(session), self._means.judgements(session))
        classes = collapse(planes)
        del planes
        pairs = self._pairs(field, classes)
        # Whoever is near whom is known: the largest part of the memory is let go.
        classes = classes.without_planes()
        lots = list(self._with_same_pixels(field, classes, pairs))
        if criteria.wants(Likeness.PIXELS):
            yield from measured(database, Likeness.PIXELS, lots)
        if criteria.wants(Likeness.NEAR):
            yield from measured(database, Likeness.NEAR, self._near(field, classes, pairs, lots))

    def _pairs(self, field: Field, classes: Classes) -> Pairs:
        """Return the confirmed pairs of classes, and say how far that went."""
        within = None if field.is_chosen is None else classes.of_any(field.is_chosen)
        near = NearPairs(
            classes=classes,
            nearness=self._criteria.nearness,
            rotated=self._criteria.rotated,
            chosen=within,
            exhaustive=1 << 63 if self._is_exhaustive else EXHAUSTIVE,
            expect=partial(self._expect, "comparing"),
        )
        pairs, recall = near.find()
        if self._criteria.nearness.looks:
            entities = field.pictures.entities
            alike = alike_by_look(classes, within, lambda number: self._means.preview(int(entities[number])))
            pairs = merged(pairs, Pairs.joined([alike]))
        count = None if field.is_chosen is None else int(np.count_nonzero(field.is_chosen))
        self.extent = Extent(len(field.pictures), count, *field.pictures.left_out, recall=recall)
        return self._same_documents(field.pictures, classes, pairs)

    def _same_documents(self, pictures: Pictures, classes: Classes, pairs: Pairs) -> Pairs:
        """Return the pairs without those of documents that have other ink."""
        criteria, means = self._criteria, self._means
        if not criteria.nearness.looks or not criteria.wants(Likeness.NEAR):
            return pairs
        entities = pictures.entities[np.unique(classes.of, return_index=True)[1]]
        kept, unseen, skipped = without_other_documents(pairs, entities, means.previews, means.watch)
        self.extent = replace(self.extent, unseen=unseen, skipped=skipped)
        return kept

    def _expect(self, stage: str, steps: int) -> Callable[[int], None]:
        self._means.watch.expect(stage, steps)
        return self._means.watch.advance

    def _with_same_pixels(self, field: Field, classes: Classes, pairs: Pairs) -> Iterator[Likened]:
        """Hash the pixels of what may be identical, and yield what is."""
        with self._means.database.read() as session:
            plain = beyond_comparison(session)
        candidates = np.union1d(may_be_identical(field.pictures, classes, pairs), plain)
        self._means.watch.expect("decoding", len(candidates))
        hindrance = self._decode(candidates)
        with self._means.database.read() as session:
            undecoded = still_undecoded(session, candidates)
            self.extent = replace(self.extent, undecoded=undecoded, hindrance=hindrance)
            lots = with_same_pixels(session, candidates)
            ranked = richest_first(session, self._means.registry, lots)
        within = None if field.chosen is None else set(field.chosen.tolist())
        for lot in ranked:
            yield from _split(lot, field.labels, within)

    def _decode(self, candidates: Entities) -> str | None:
        """Hash the pixels of these; return why that is not possible where nothing can be written."""
        try:
            for result in self._means.hash_pixels(candidates.tolist()):
                self._means.watch.advance(1)
                if result.content == "altered":
                    altered = (result.entity_id, result.content_message or "its bytes are others")
                    self.extent = replace(self.extent, altered=(*self.extent.altered, altered))
        except NotWritable as error:
            return error.message
        return None

    def _near(
        self, field: Field, classes: Classes, pairs: Pairs, identical: Sequence[Likened]
    ) -> Iterator[Likened]:
        """Yield the stars of pictures of which no two have the same pixels."""
        pictures = field.pictures
        stars = Stars(
            classes,
            pairs,
            aspects=pictures.width / np.maximum(pictures.height, 1),
            tolerance=self._criteria.aspect,
            labels=lambda number: field.labels(int(pictures.entities[number])),
            chosen=field.is_chosen,
        )
        others = np.array([entity for lot in identical for entity, _ in lot.others], dtype=np.int64)
        stars.leave_out(pictures.marked(others))
        with self._means.database.read() as session:
            best = best_first(session, self._means.registry, pictures, stars.candidates())
        rank = np.empty(len(pictures), dtype=np.uint32)
        rank[best] = np.arange(len(best))
        for star in stars.of(best):
            yield _likened(pictures, star, rank)


def _likened(pictures: Pictures, star: Star, rank: Numbers) -> Likened:
    """Name the best of a star, and say how the others are turned against it."""
    turns = {star.centre: Orientation.UPRIGHT}
    turns |= {
        member: ORIENTATIONS[number]
        for member, number in zip(star.members.tolist(), star.orientations, strict=True)
    }
    best = min(turns, key=lambda number: int(rank[number]))
    back = inverse(turns[best])
    entities = pictures.entities
    others = [
        (int(entities[number]), composed(back, turn)) for number, turn in turns.items() if number != best
    ]
    return Likened(int(entities[best]), others, int(entities[star.centre]))


def _split(lot: Sequence[int], labels: Labels, chosen: set[int] | None) -> Iterator[Likened]:
    """Yield groups of what has the same pixels, best first, without pairs that somebody has decided about."""
    waiting = list(lot)
    while waiting:
        best, *others = waiting
        members, waiting = [], []
        seen = set(labels(best))
        for other in others:
            is_new = chosen is None or best in chosen or other in chosen
            if is_new and seen.isdisjoint(labels(other)):
                members.append(other)
                seen.update(labels(other))
            else:
                waiting.append(other)
        if members:
            yield Likened(best, [(member, Orientation.UPRIGHT) for member in members])
