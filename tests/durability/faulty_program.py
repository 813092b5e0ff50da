"""dam-cli with one seeded fault: `python -m tests.durability.faulty_program FAULT ARGUMENTS...`.

Tests that have never seen a fault prove nothing. Each one here breaks a single step of the protocol, and
some test must notice.
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence

from dam.cli import main
from dam.core import database
from dam.ingest.add import Adding
from dam.ingest.added import Added
from dam.ingest.publishing import Publication
from dam.services.file_storage import Published, Staged
from dam.services.stores import group_sync, local_store
from dam.services.stores.durable_files import fsync_directories, write_fully
from dam.services.stores.file_system import FileSystem
from dam.services.stores.group_sync import GroupSync
from dam.services.stores.local_store import LocalStore


def put_in_place_of(owner: object, name: str, step: object) -> None:
    """Replace a step of the program, which must have it."""
    getattr(owner, name)
    setattr(owner, name, step)


def skip_sync_of_bytes() -> None:
    """Name files whose bytes may not be on the disk yet."""

    def skip(group_sync: GroupSync, paths: Sequence[str]) -> None:
        pass

    put_in_place_of(GroupSync, "sync_files", skip)


def skip_sync_of_folders() -> None:
    """Never wait for the names themselves."""

    def skip(group_sync: GroupSync, paths: Sequence[str]) -> None:
        pass

    put_in_place_of(GroupSync, "sync_directories", skip)


def skip_sync_of_new_parents() -> None:
    """Wait for the name of a file and not for those of the folders that were made for it."""

    def sync_some(files: FileSystem, paths: Iterable[str]) -> None:
        fsync_directories(
            files, (path for path in paths if len(path.rpartition("/objects/")[2]) == len("ab/cd"))
        )

    put_in_place_of(group_sync, "MANY_DIRECTORIES", sys.maxsize)
    put_in_place_of(group_sync, "fsync_directories", sync_some)


def watch_too_late() -> None:
    """Sync with a descriptor that was opened when the errors may have been reported to others."""
    watch, sync = GroupSync.watch, GroupSync.sync_files

    def ignore(group_sync: GroupSync) -> None:
        pass

    def watch_and_sync(group_sync: GroupSync, paths: Sequence[str]) -> None:
        watch(group_sync)
        sync(group_sync, paths)

    put_in_place_of(GroupSync, "watch", ignore)
    put_in_place_of(GroupSync, "sync_files", watch_and_sync)


def skip_sync_of_rows() -> None:
    """Acknowledge rows that a power cut may take."""
    database.WRITER_PRAGMAS["synchronous"] = 0


def row_before_bytes() -> None:
    """Commit the row that claims the bytes, and publish them afterwards."""
    record, publish = Adding._record, LocalStore.publish
    waiting: list[Staged] = []

    def postpone(store: LocalStore, staged: Sequence[Staged]) -> list[Published]:
        waiting.extend(staged)
        return [Published(one.digests, created=True, healed=False) for one in staged]

    def record_first(adding: Adding, publication: Publication) -> list[Added]:
        recorded = record(adding, publication)
        assert isinstance(adding._copies_to, LocalStore)
        publish(adding._copies_to, waiting)
        waiting.clear()
        return recorded

    put_in_place_of(LocalStore, "publish", postpone)
    put_in_place_of(Adding, "_record", record_first)


def swallow_write_errors() -> None:
    """Take a failed write for a successful one, in a file that gets its full size all the same."""

    def write_carelessly(files: FileSystem, descriptor: int, data: bytes) -> None:
        try:
            write_fully(files, descriptor, data)
        except OSError:
            os.ftruncate(descriptor, os.fstat(descriptor).st_size + len(data))

    put_in_place_of(local_store, "write_fully", write_carelessly)


FAULTS: dict[str, Callable[[], None]] = {
    fault.__name__: fault
    for fault in (
        skip_sync_of_bytes,
        skip_sync_of_folders,
        skip_sync_of_new_parents,
        watch_too_late,
        skip_sync_of_rows,
        row_before_bytes,
        swallow_write_errors,
    )
}

if __name__ == "__main__":
    FAULTS[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
