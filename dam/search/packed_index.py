"""A Hamming index that keeps nothing in memory: every query scans the packed pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dam.core.component import Fingerprint
from dam.search.blocks import Block, page_or_rows, read_entities, read_planes, rows
from dam.search.hamming_index import Neighbours, matching, near
from dam.search.layout import Header, layout
from dam.search.words import Words, is_flat

Wanted = Sequence[tuple[Words, list[Neighbours]]]
"""Queries, each with the list that takes its neighbours."""


@dataclass(frozen=True)
class PackedIndex:
    """Answers from the database as the session's transaction sees it."""

    session: Session
    fingerprint: type[Fingerprint]

    def within(self, queries: Words, radius: int) -> list[Neighbours]:
        """Return the neighbours of each query; the library is read once for all of them."""
        found: list[list[Neighbours]] = [[] for _ in range(queries.shape[1])]
        wanted = [(query, into) for query, into in zip(queries.T, found, strict=True) if not is_flat(query)]
        for part in layout(self.session, self.fingerprint):
            if not isinstance(part, Header):
                _search(rows(self.session, self.fingerprint, part), wanted, radius)
            elif not self._search_page(part, wanted, radius):
                _search(page_or_rows(self.session, self.fingerprint, part), wanted, radius)
        return [Neighbours.joined(parts) for parts in found]

    def _search_page(self, header: Header, wanted: Wanted, radius: int) -> bool:
        """Search a page, reading whose fingerprints are on it only if one matches; False if it is damaged."""
        planes = read_planes(self.session, self.fingerprint, header)
        if planes is None:
            return False
        hits = [(near(planes, query, radius), into) for query, into in wanted]
        if not any(len(places) for (places, _), _ in hits):
            return True
        entities = read_entities(self.session, header)
        if entities is None:
            return False
        for (places, apart), into in hits:
            into.append(Neighbours(entities[places], apart))
        return True


def _search(blocks: Iterator[Block], wanted: Wanted, radius: int) -> None:
    for block in blocks:
        for query, into in wanted:
            into.append(matching(block, query, radius))
