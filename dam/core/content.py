"""The bytes of an entity, as systems see them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Protocol

HEAD_BYTES = 65536


@dataclass(frozen=True)
class Content:
    """The bytes of one entity, readable from the start as often as wanted."""

    open: Callable[[], BinaryIO]
    """Return a new seekable binary file at position 0; the caller closes it."""

    size: int

    def head(self, count: int = HEAD_BYTES) -> bytes:
        """Return the first `count` bytes, fewer if there are not as many."""
        with self.open() as file:
            return file.read(count)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Content":
        """Return content that lives in memory."""
        return cls(open=lambda: BytesIO(data), size=len(data))


class Source(Protocol):
    """Where a worker gets an entity's content from; it must pickle."""

    @property
    def size(self) -> int:
        """Give the size of the content in bytes."""
        ...

    def content(self) -> AbstractContextManager[Content]:
        """Give the content for the length of a `with` block.

        Raises SourceUnreachable if the bytes cannot be reached now, IntegrityError if what is
        there is not the entity's content.
        """
        ...


class DerivedStore(Protocol):
    """Where systems may put derived bytes such as previews; it must pickle."""

    def put_derived(self, data: bytes) -> bytes:
        """Keep `data` under its own SHA-256 and return that digest. Doing it twice is doing it once."""
        ...
