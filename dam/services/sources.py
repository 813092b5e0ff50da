"""Where a worker gets an entity's bytes from: the store, memory, or the place where they were found."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from dam.core.content import Content
from dam.core.path_text import show_path
from dam.errors import IntegrityError, SourceChanged, SourceUnreachable
from dam.services.file_storage import Staged, Store
from dam.services.os_errors import source_error, store_errors
from dam.services.recent_contents import RECENT
from dam.services.source_file import CHUNK_BYTES, NotRegular, SourceFile, behind_link

MOST_IN_MEMORY = 64 << 20
"""Contents of up to this many bytes are read once and kept in memory while they are visited."""


@dataclass(frozen=True)
class StoredSource:
    """Content that the store has."""

    store: Store
    sha256: bytes
    size: int

    @contextmanager
    def content(self) -> Iterator[Content]:
        """Give the stored bytes, once they have proved to be the entity's.

        Raises IntegrityError if they are missing or damaged, NoLibrary and StoreError.
        """
        size = self.store.size(self.sha256)
        if size != self.size:
            raise self._damaged(
                "missing from the store" if size is None else f"has {size} bytes instead of {self.size}"
            )
        chunks = stored_chunks(self.store, self.sha256)
        content = _verified(chunks, self, lambda: self.store.open(self.sha256))
        if content is None:
            raise self._damaged("is damaged in the store")
        yield content

    def _damaged(self, reason: str) -> IntegrityError:
        return IntegrityError(f"cannot read from the store: {self.sha256.hex()}: {reason}")


@dataclass(frozen=True)
class StagedSource:
    """Content that waits in the store for being published."""

    store: Store
    staged: Staged

    @property
    def sha256(self) -> bytes:
        """Give the digest of the content."""
        return self.staged.digests.sha256

    @property
    def size(self) -> int:
        """Give the size of the content in bytes."""
        return self.staged.digests.size

    @contextmanager
    def content(self) -> Iterator[Content]:
        """Give the staged bytes. Raises StoreError."""
        yield Content(open=lambda: self.store.open_staged(self.staged), size=self.size)


@dataclass(frozen=True)
class HeldSource:
    """Content that is in memory already."""

    data: bytes

    @property
    def size(self) -> int:
        """Give the size of the content in bytes."""
        return len(self.data)

    @contextmanager
    def content(self) -> Iterator[Content]:
        """Give the bytes."""
        yield Content.from_bytes(self.data)


@dataclass(frozen=True)
class RecentSource:
    """Content that the process which has read it may still hold; where it does not, it is read again."""

    otherwise: "StagedSource | InPlaceSource"

    @property
    def sha256(self) -> bytes:
        """Give the digest of the content."""
        return self.otherwise.sha256

    @property
    def size(self) -> int:
        """Give the size of the content in bytes."""
        return self.otherwise.size

    @contextmanager
    def content(self) -> Iterator[Content]:
        """Give the very bytes that were hashed, which are let go of, or else what the other source gives."""
        data = RECENT.take(self.sha256)
        if data is not None:
            yield Content.from_bytes(data)
            return
        with self.otherwise.content() as content:
            yield content


@dataclass(frozen=True)
class OpenSource:
    """Content of a file that is open, and of which whoever opened it will see whether it has changed."""

    file: SourceFile

    @property
    def size(self) -> int:
        """Give the size of the content in bytes."""
        return self.file.facts.size

    @contextmanager
    def content(self) -> Iterator[Content]:
        """Give the bytes of the file."""
        yield Content(open=lambda: _reopen(self.file), size=self.size)


@dataclass(frozen=True)
class InPlaceSource:
    """Content that is registered in place: only the user's own file has it."""

    path: bytes
    sha256: bytes
    size: int

    @contextmanager
    def content(self) -> Iterator[Content]:
        """Give the bytes of the file, once they have proved to be the entity's.

        Raises IntegrityError if they are not, SourceUnreachable if they cannot be read now. A large
        file that changes during the visit raises SourceUnreachable at the end of the block: then
        nothing that was made of it can be trusted.
        """
        with ExitStack() as stack:
            with self._source_protocol():
                source = stack.enter_context(SourceFile.open(behind_link(self.path)))
                if source.facts.size != self.size:
                    raise self._other_content()
                content = _verified(source.chunks(), self, lambda: _reopen(source))
            if content is None:
                raise self._other_content()
            yield content
            with self._source_protocol():
                if self.size > MOST_IN_MEMORY:
                    source.check_unchanged()

    @contextmanager
    def _source_protocol(self) -> Iterator[None]:
        """Speak with the two errors of the Source protocol: not the content, or not now."""
        try:
            yield
        except NotRegular as error:
            raise self._other_content() from error
        except SourceChanged as error:
            raise SourceUnreachable(error.message) from error

    def _other_content(self) -> IntegrityError:
        return IntegrityError(f"cannot use: {show_path(self.path)}: is no longer the content it was")


class _Known(Protocol):
    """What is known of the bytes that there should be."""

    @property
    def sha256(self) -> bytes: ...

    @property
    def size(self) -> int: ...


def _verified(chunks: Iterator[bytes], known: _Known, reopen: Callable[[], BinaryIO]) -> Content | None:
    """Return bytes of the right size that were read, None if they are not those of this digest.

    Bytes that are too many for memory are opened again.
    """
    if known.size > MOST_IN_MEMORY:
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
        content = Content(open=reopen, size=known.size)
    else:
        data = b"".join(chunks)
        digest = hashlib.sha256(data)
        content = Content.from_bytes(data)
    return content if digest.digest() == known.sha256 else None


def stored_chunks(store: Store, sha256: bytes) -> Iterator[bytes]:
    """Yield what is stored under this digest, unverified; raises as `Store.open` does."""
    with store.open(sha256) as file:
        while chunk := _read(file, sha256):
            yield chunk


def _read(file: BinaryIO, sha256: bytes) -> bytes:
    with store_errors("cannot read from the store", sha256.hex()):
        return file.read(CHUNK_BYTES)


def _reopen(source: SourceFile) -> BinaryIO:
    # By way of the open descriptor: the name may lead to another file by now.
    try:
        descriptor = os.open(f"/proc/self/fd/{source.descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise source_error(error, source.path) from error
    return os.fdopen(descriptor, "rb")
