"""A Hamming index for processes that live long: everything in memory, brought up to date when asked to."""

import numpy as np
from sqlalchemy.orm import Session

from dam.core.component import Fingerprint
from dam.search.blocks import Block, page_or_rows, rows
from dam.search.hamming_index import Neighbours, matching
from dam.search.layout import Header, Range, layout
from dam.search.multi_index import MultiIndex
from dam.search.words import Words, flat, is_flat

_OUTDATED = 0.25
"""The part of the fingerprints that may have come or gone before all are put in order anew."""
_FEW = 65536
"""Fingerprints that are searched one by one without anybody noticing."""


class ResidentIndex:
    """Answers as the database was at the last `refresh`; it takes about 60 bytes a 64-bit fingerprint."""

    def __init__(self, fingerprint: type[Fingerprint]) -> None:
        self.fingerprint = fingerprint
        self._ordered: dict[Header, slice] = {}
        """Where each page's fingerprints are among those that were put in order."""
        self._recent: dict[Header, Block] = {}
        """Pages that came later."""
        self._loose: list[Block] = []
        """What is in no page."""
        self._put_in_order(Block.joined([], fingerprint.bits))

    def refresh(self, session: Session) -> None:
        """Take over what has come, changed or gone; pages that are still the same are not read again."""
        parts = list(layout(session, self.fingerprint))
        # By all that they say of themselves: a page that was damaged since may keep its number.
        present = {part for part in parts if isinstance(part, Header)}
        for gone in self._ordered.keys() - present:
            self._is_there[self._ordered.pop(gone)] = False
        self._recent = {page: block for page, block in self._recent.items() if page in present}
        self._loose = []
        for part in parts:
            if isinstance(part, Range):
                self._loose += rows(session, self.fingerprint, part)
            elif part not in self._ordered and part not in self._recent:
                blocks = list(page_or_rows(session, self.fingerprint, part))
                self._recent[part] = Block.joined(blocks, self.fingerprint.bits)
        self._tidy()

    def within(self, queries: Words, radius: int) -> list[Neighbours]:
        """Return the neighbours of each query."""
        return [self._within(query, radius) for query in queries.T]

    def _within(self, query: Words, radius: int) -> Neighbours:
        if is_flat(query):
            return Neighbours.joined([])
        positions, apart = self._index.within(query, radius)
        there = self._is_there[positions]
        found = [Neighbours(self._entities[positions[there]], apart[there])]
        found += [matching(block, query, radius) for block in (*self._recent.values(), *self._loose)]
        joined = Neighbours.joined(found)
        order = np.argsort(joined.entities)
        return Neighbours(joined.entities[order], joined.distances[order])

    def _tidy(self) -> None:
        """Put everything that is in a page in order if too much of it is not."""
        gone = len(self._is_there) - int(self._is_there.sum())
        recent = sum(len(block.entities) for block in self._recent.values())
        if gone + recent <= max(_FEW, _OUTDATED * len(self._is_there)):
            return
        planes = self._index.planes
        kept = {page: Block(self._entities[where], planes[:, where]) for page, where in self._ordered.items()}
        pages = kept | self._recent
        self._recent, self._ordered, start = {}, {}, 0
        for page, block in pages.items():
            self._ordered[page] = slice(start, start + len(block.entities))
            start += len(block.entities)
        self._put_in_order(Block.joined(list(pages.values()), self.fingerprint.bits))

    def _put_in_order(self, block: Block) -> None:
        self._entities = block.entities
        self._index = MultiIndex(block.planes)
        # A flat hash is there and yet matches nothing.
        self._is_there = ~flat(block.planes)
