"""The digests that dam knows content by, computed in one pass."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Digests:
    """What a run of bytes is known by: 32 and 16 raw bytes, and their number."""

    sha256: bytes
    md5: bytes
    size: int


class Digester:
    """Digests in the making."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        # For looking up what other tools wrote down, never for identity.
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._size = 0

    def update(self, chunk: bytes) -> None:
        """Take the next bytes into account."""
        self._sha256.update(chunk)
        self._md5.update(chunk)
        self._size += len(chunk)

    def digests(self) -> Digests:
        """Return the digests of everything seen so far."""
        return Digests(sha256=self._sha256.digest(), md5=self._md5.digest(), size=self._size)


def digest_chunks(chunks: Iterable[bytes]) -> Digests:
    """Return the digests of `chunks` put end to end. Whatever the iterable raises passes through."""
    digester = Digester()
    for chunk in chunks:
        digester.update(chunk)
    return digester.digests()
