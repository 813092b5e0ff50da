"""A Hamming index that keeps nothing in memory: every query scans the packed pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy.orm import Session

from dam.core.component import Fingerprint
from dam.core.database import passing_through
from dam.search.blocks import read_entities, read_planes, rows
from dam.search.hamming_index import Neighbours, matching, near
from dam.search.layout import Header, Range, layout
from dam.search.words import Words, is_flat

Found = list[tuple[int, Neighbours]]
"""Neighbours of a query, each some with the id from which on they lie."""
Wanted = Sequence[tuple[Words, Found]]
"""Queries, each with the list that takes its neighbours."""


@dataclass(frozen=True)
class PackedIndex:
    """Answers from the database as the session's transaction sees it."""

    session: Session
    fingerprint: type[Fingerprint]

    def within(self, queries: Words, radius: int) -> list[Neighbours]:
        """Return the neighbours of each query; the library is read once for all of them."""
        found: list[Found] = [[] for _ in range(queries.shape[1])]
        wanted = [(query, into) for query, into in zip(queries.T, found, strict=True) if not is_flat(query)]
        if wanted:
            with passing_through(self.session):
                self._search(wanted, radius)
        # Pages come in whatever order the database likes.
        return [Neighbours.joined([part for _, part in sorted(parts, key=itemgetter(0))]) for parts in found]

    def _search(self, wanted: Wanted, radius: int) -> None:
        parts = list(layout(self.session, self.fingerprint))
        pages = [part for part in parts if isinstance(part, Header)]
        damaged = [
            header.range
            for header, planes in read_planes(self.session, self.fingerprint, pages)
            if not self._search_page(header, planes, wanted, radius)
        ]
        for span in (*damaged, *(part for part in parts if isinstance(part, Range))):
            for block in rows(self.session, self.fingerprint, span):
                for query, into in wanted:
                    into.append((int(block.entities[0]), matching(block, query, radius)))

    def _search_page(self, header: Header, planes: Words | None, wanted: Wanted, radius: int) -> bool:
        """Search a page, reading whose fingerprints are on it only if one matches; False if it is damaged."""
        if planes is None:
            return False
        hits = [(near(planes, query, radius), into) for query, into in wanted]
        if not any(len(places) for (places, _), _ in hits):
            return True
        entities = read_entities(self.session, header)
        if entities is None:
            return False
        for (places, apart), into in hits:
            into.append((header.after + 1, Neighbours(entities[places], apart)))
        return True
