"""Reading some members of an archive, inside a worker: hashed, copied if asked for, and kept for a visit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from dam.core.job import Watch
from dam.core.system import Unavailable
from dam.errors import DamError, IntegrityError, SourceError, SourceUnreachable
from dam.models.archive import ArchiveComponent
from dam.models.archive.container import OPEN, Container, facts_of
from dam.models.archive.held_members import HELD
from dam.models.archive.member import Member
from dam.services.digests import Digester, Digests
from dam.services.file_storage import Staged, Store
from dam.services.spool import Spool

UNPACK = "reading the archive"
_MEMBERS = 256
_HELD_BYTES = 32 << 20
"""So much is read until it is recorded; a single member may have more."""


@dataclass(frozen=True, slots=True)
class MemberReading:
    """One member that was read to its end."""

    position: int
    path: bytes
    """As it stands in the archive."""
    digests: Digests
    staged: Staged | None

    @property
    def name(self) -> bytes:
        """Return the last part of the path."""
        return self.path.replace(b"\\", b"/").rpartition(b"/")[2] or self.path


@dataclass(frozen=True, slots=True)
class Room:
    """What the limits leave for an archive, and what is to be said when that is not enough."""

    members: int
    size: int
    """In bytes."""
    too_many: str
    too_large: str


@dataclass
class Slice:
    """What came of reading some members."""

    readings: list[MemberReading] = field(default_factory=list)
    failures: list[tuple[bytes, str]] = field(default_factory=list)
    """Members that could not be read, with the reason."""
    unpacked: int = 0
    """Bytes that came out of the archive, also those of members that could not be read to their end."""
    next: int | None = None
    """The position to go on from; None if there is nothing more to read."""
    ended: str | None = None
    """Why what follows is not read, if anything may follow."""
    unavailable: str | None = None
    """The library that is missing."""
    unreachable: str | None = None
    """Why the archive cannot be read now."""
    altered: str | None = None
    """What says that its bytes are others now."""
    worker: int = 0
    """The worker that holds the members."""
    is_sequential: bool = False

    @property
    def seen(self) -> int:
        """Give how many members were looked at."""
        return len(self.readings) + len(self.failures)


class _LimitReached(Exception):
    """The next bytes would be more than the limits allow."""


@dataclass(frozen=True)
class Unpack:
    """The job of reading the members of an archive from a position on, so many that they can be recorded."""

    container: Container
    name: str
    start: int
    room: Room
    store: Store | None = None
    """Where members are copied to; None if they stay in the archive."""
    barred: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Give the name of the archive."""
        return self.name

    @property
    def cost(self) -> int:
        """Give what makes it travel alone."""
        return _HELD_BYTES

    def without(self, step: str, reason: str) -> Self:
        """Return the job with one more step barred."""
        return replace(self, barred={**self.barred, step: reason})

    def run(self, watch: Watch) -> Slice:
        """Read members. Raises StoreError and NoSpace: then the store is at fault."""
        done = Slice(worker=watch.worker)
        HELD.clear()
        if UNPACK in self.barred:
            done.ended = self.barred[UNPACK]
            return done
        watch.step(UNPACK)
        watch.allow(ArchiveComponent.allowance)
        try:
            self._read(done, watch)
            return done
        except Unavailable as missing:
            done.unavailable = missing.message
        except IntegrityError as error:
            done.altered = error.message
        except SourceError as error:
            done.unreachable = error.message
        except DamError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with an archive is said of it alone
            done.next, done.ended = None, _reason(error, watch)
        finally:
            if done.next is None:
                OPEN.close()
        return done

    def _read(self, done: Slice, watch: Watch) -> None:
        before = facts_of(self.container.source)
        reader = OPEN.reader(self.container, verified=True)
        done.is_sequential = reader.is_sequential
        for member in reader.members(self.start):
            if done.seen >= self.room.members:
                done.ended = self.room.too_many
                break
            try:
                done.readings.append(self._take(member, done, watch))
            except _LimitReached:
                done.ended = self.room.too_large
                break
            except DamError:
                raise
            except Exception as error:  # noqa: BLE001 - of a damaged member: the others may be whole
                done.failures.append((member.path, _reason(error, watch)))
            if done.seen >= _MEMBERS or HELD.size >= _HELD_BYTES:
                done.next = member.position + 1
                break
        if facts_of(self.container.source) != before:
            raise SourceUnreachable("the archive has changed while it was read")

    def _take(self, member: Member, done: Slice, watch: Watch) -> MemberReading:
        """Hash a member, and copy or hold it."""
        digester = Digester()
        chunks = self._counted(member, done, watch, digester)
        if self.store is None:
            spool = Spool.of(chunks)
            staged = None
            HELD.keep(digester.digests().sha256, spool)
        else:
            staged = self.store.stage(chunks)
        return MemberReading(member.position, member.path, digester.digests(), staged)

    def _counted(self, member: Member, done: Slice, watch: Watch, digester: Digester) -> Iterator[bytes]:
        for chunk in member.chunks():
            watch.alive()
            digester.update(chunk)
            done.unpacked += len(chunk)
            if done.unpacked > self.room.size:
                raise _LimitReached
            yield chunk


def _reason(error: Exception, watch: Watch) -> str:
    """Return why something could not be read, as one line that every database can hold."""
    if isinstance(error, MemoryError):
        text = "out of memory"
    else:
        text = " ".join(str(error).split()) or type(error).__name__
    noise = watch.noise()
    text = f"{text}: {noise}" if noise else text
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()[:500]
