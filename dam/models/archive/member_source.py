"""The bytes of a member, read through its archive and compared with its digest."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dam.core.content import Content
from dam.core.system import Unavailable
from dam.errors import DamError, IntegrityError, SourceUnreachable
from dam.models.archive.container import OPEN, Container
from dam.models.archive.held_members import HELD
from dam.models.archive.member import ArchiveError, Member
from dam.services.sources import StoredSource
from dam.services.spool import Spool


@dataclass(frozen=True)
class MemberSource:
    """Content that only an archive has."""

    container: Container
    position: int
    sha256: bytes
    size: int

    @contextmanager
    def content(self) -> Iterator[Content]:
        """Give the bytes of the member, once they have proved to be the entity's.

        Raises SourceUnreachable if they cannot be read now, and IntegrityError if they are others though
        the archive is in the store, which is damaged then.
        """
        with HELD.take(self.sha256) or self._read() as spool:
            yield spool.content()

    def _read(self) -> Spool:
        try:
            spool = Spool.of(self._chunks())
        except DamError:
            raise
        except Unavailable as missing:
            raise self._unreadable(f"needs {missing.message}") from missing
        except Exception as error:
            OPEN.close()
            raise self._unreadable(str(error) or type(error).__name__) from error
        return spool

    def _chunks(self) -> Iterator[bytes]:
        """Yield the member's bytes; an error after the last one if they are not the entity's."""
        digest, size = hashlib.sha256(), 0
        for chunk in self._member().chunks():
            digest.update(chunk)
            size += len(chunk)
            if size > self.size:
                break
            yield chunk
        if size != self.size or digest.digest() != self.sha256:
            raise ArchiveError("is no longer the content it was")

    def _member(self) -> Member:
        reader = OPEN.reader(self.container, verified=False)
        for member in reader.members(self.position):
            if member.position == self.position:
                return member
            break
        raise ArchiveError("is not there any more")

    def _unreadable(self, why: str) -> DamError:
        kind = IntegrityError if _is_stored(self.container) else SourceUnreachable
        return kind(
            f"cannot read: member {self.position} of the archive {self.container.sha256.hex()}: {why}"
        )


def _is_stored(container: Container) -> bool:
    source = container.source
    while isinstance(source, MemberSource):
        source = source.container.source
    return isinstance(source, StoredSource)
