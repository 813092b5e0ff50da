"""Bytes that this process has just read and hashed, kept for the visit that may follow."""

from collections import OrderedDict
from collections.abc import Sequence


class RecentContents:
    """Contents by SHA-256, the oldest of which go when there are more than so many bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Sequence[bytes]] = OrderedDict()
        self._size = 0

    def keep(self, sha256: bytes, chunks: Sequence[bytes]) -> None:
        """Keep the chunks that make up a content."""
        self.take(sha256)
        self._kept[sha256] = chunks
        self._size += _size(chunks)
        while self._size > self._most:
            self._size -= _size(self._kept.popitem(last=False)[1])

    def take(self, sha256: bytes) -> bytes | None:
        """Return a content and keep it no longer; None if it is not here."""
        chunks = self._kept.pop(sha256, None)
        if chunks is None:
            return None
        self._size -= _size(chunks)
        return b"".join(chunks)

    def clear(self) -> None:
        """Keep nothing any longer."""
        self._kept.clear()
        self._size = 0


def _size(chunks: Sequence[bytes]) -> int:
    return sum(map(len, chunks))


RECENT = RecentContents(48 << 20)
"""Those of this process: what a worker has in its queue, and what the coordinator is asked about."""
