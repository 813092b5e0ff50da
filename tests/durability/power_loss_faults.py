"""Faults to seed into the store's protocol, one step each, which the power-loss simulator must notice."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from dam.services.digests import Digests
from dam.services.file_storage import Published, Staged
from dam.services.stores import group_sync, object_files
from dam.services.stores.durable_directories import DirectoryGroup
from dam.services.stores.durable_files import fsync_files, make_directory
from dam.services.stores.file_system import FileSystem
from dam.services.stores.group_sync import GroupSync
from dam.services.stores.local_store import LocalStore
from dam.services.stores.object_files import ObjectFiles
from dam.services.stores.staging import Draft, Staging
from tests.durability.power_loss_scenarios import Process

Seed = pytest.MonkeyPatch


def bytes_are_not_synced(seed: Seed) -> None:
    seed.setattr(GroupSync, "sync_files", lambda group_sync, paths: None)


def names_are_not_synced(seed: Seed) -> None:
    seed.setattr(GroupSync, "sync_directories", lambda group_sync, paths: None)


def parents_of_new_folders_are_not_synced(seed: Seed) -> None:
    whole = GroupSync.sync_directories

    def sync_leaves(group_sync: GroupSync, paths: Sequence[str]) -> None:
        whole(group_sync, [path for path in paths if len(path.rpartition("/objects/")[2]) == len("ab/cd")])

    seed.setattr(GroupSync, "sync_directories", sync_leaves)
    seed.setattr(group_sync, "MANY_DIRECTORIES", sys.maxsize)


def folders_that_others_made_are_believed_durable(seed: Seed) -> None:
    def make_and_note_only_what_was_made(
        group: DirectoryGroup, names: Sequence[str], *, all_levels: bool
    ) -> None:
        path = group._root
        for name in names:
            parent, path = path, f"{path}/{name}"
            if make_directory(group._files, path):
                group._unsynced |= {parent, path}

    seed.setattr(DirectoryGroup, "_make", make_and_note_only_what_was_made)
    seed.setattr(group_sync, "MANY_DIRECTORIES", sys.maxsize)


def rows_are_written_before_bytes(seed: Seed) -> None:
    def publish(
        process: Process,
        group: Sequence[bytes],
        staged: Sequence[Staged],
        acknowledge: Callable[[bytes], None],
    ) -> None:
        for data in group:
            acknowledge(data)
        process.store.publish(staged)

    seed.setattr(Process, "publish", publish)


def files_are_named_before_their_bytes_are_durable(seed: Seed) -> None:
    publish, sync = ObjectFiles.publish, GroupSync.sync_files

    def name_first(objects: ObjectFiles, group: Sequence[tuple[Digests, str]]) -> list[Published]:
        with pytest.MonkeyPatch.context() as later:
            later.setattr(GroupSync, "sync_files", lambda group_sync, paths: None)
            published = publish(objects, group)
        sync(objects._group_sync, [path for _, path in group])
        return published

    seed.setattr(ObjectFiles, "publish", name_first)


def files_are_synced_before_the_last_write(seed: Seed) -> None:
    write = LocalStore._write

    def sync_and_write(store: LocalStore, draft: Draft, chunk: bytes) -> None:
        fsync_files(store._files, [draft.path])
        write(store, draft, chunk)

    seed.setattr(LocalStore, "_write", sync_and_write)
    seed.setattr(GroupSync, "sync_files", lambda group_sync, paths: None)


def files_are_sealed_after_they_were_synced(seed: Seed) -> None:
    make_durable = ObjectFiles._make_durable

    def sync_and_seal(objects: ObjectFiles, arrivals: Sequence[object_files._Arrival]) -> None:
        make_durable(objects, arrivals)
        for arrival in arrivals:
            descriptor = objects._files.open(arrival.path, os.O_RDONLY)
            objects._files.fchmod(descriptor, 0o444)
            objects._files.close(descriptor)

    seed.setattr(Staging, "finish", lambda staging, draft: staging._files.close(draft.descriptor))
    seed.setattr(ObjectFiles, "_make_durable", sync_and_seal)


def another_file_system_is_synced(seed: Seed) -> None:
    watch = GroupSync.watch

    def watch_elsewhere(group_sync: GroupSync) -> None:
        group_sync._root = "/elsewhere"
        watch(group_sync)

    seed.setattr(GroupSync, "watch", watch_elsewhere)


def watching_for_errors_begins_when_syncing(seed: Seed) -> None:
    watch, sync = GroupSync.watch, GroupSync._sync_everything

    def watch_and_sync(group_sync: GroupSync) -> bool:
        watch(group_sync)
        return sync(group_sync)

    seed.setattr(GroupSync, "watch", lambda group_sync: None)
    seed.setattr(GroupSync, "_sync_everything", watch_and_sync)


def a_failed_sync_is_tried_again(seed: Seed) -> None:
    sync = GroupSync.sync_files

    def insist(group_sync: GroupSync, paths: Sequence[str]) -> None:
        with suppress(OSError):
            return sync(group_sync, paths)
        return sync(group_sync, paths)

    seed.setattr(GroupSync, "sync_files", insist)


def what_was_staged_before_a_failed_sync_is_believed(seed: Seed) -> None:
    seed.setattr(Staging, "abandon", lambda staging: None)


def an_existing_object_is_overwritten_by_what_was_not_synced(seed: Seed) -> None:
    def overwrite(files: FileSystem, existing: str, name: str) -> bool:
        files.rename(existing, name)
        return True

    seed.setattr(object_files, "link_without_overwriting", overwrite)
    seed.setattr(
        object_files._Arrival, "durable", property(lambda arrival: True, lambda arrival, value: None)
    )


def an_existing_object_is_believed_good(seed: Seed) -> None:
    seed.setattr(ObjectFiles, "_is_good", lambda objects, path, status, digests: True)


def an_existing_object_of_the_right_size_is_believed_good(seed: Seed) -> None:
    def compare_sizes(objects: ObjectFiles, path: str, status: os.stat_result, digests: Digests) -> bool:
        return status.st_size == digests.size

    seed.setattr(ObjectFiles, "_is_good", compare_sizes)


def damage_is_moved_away_before_better_bytes_have_the_name(seed: Seed) -> None:
    seed.setattr(object_files, "link_aside", lambda files, existing, name: False)


def damage_is_overwritten(seed: Seed) -> None:
    seed.setattr(ObjectFiles, "_keep_aside", lambda objects, path, aside, damaged: True)


def damage_is_replaced_before_its_new_name_is_durable(seed: Seed) -> None:
    sync = DirectoryGroup.sync

    def skip_quarantine(group: DirectoryGroup, group_sync: GroupSync) -> None:
        if any("/objects" in path for path in group._unsynced):
            sync(group, group_sync)

    seed.setattr(DirectoryGroup, "sync", skip_quarantine)


def discarding_takes_what_was_published(seed: Seed) -> None:
    def discard(store: LocalStore, staged: Sequence[Staged]) -> None:
        for one in staged:
            with suppress(OSError):
                store._files.unlink(store._objects.path(one.digests.sha256))

    seed.setattr(LocalStore, "discard", discard)


def names_are_trusted_to_be_durable_once_seen(seed: Seed) -> None:
    def sync_unless_all_there(group: DirectoryGroup, group_sync: GroupSync) -> None:
        if group._used:
            group_sync.sync_directories(sorted(group._unsynced))
        group._known |= group._used

    seed.setattr(DirectoryGroup, "sync", sync_unless_all_there)


FAULTS: list[Callable[[Seed], None]] = [
    bytes_are_not_synced,
    names_are_not_synced,
    parents_of_new_folders_are_not_synced,
    folders_that_others_made_are_believed_durable,
    rows_are_written_before_bytes,
    files_are_named_before_their_bytes_are_durable,
    files_are_synced_before_the_last_write,
    files_are_sealed_after_they_were_synced,
    another_file_system_is_synced,
    watching_for_errors_begins_when_syncing,
    a_failed_sync_is_tried_again,
    what_was_staged_before_a_failed_sync_is_believed,
    an_existing_object_is_overwritten_by_what_was_not_synced,
    an_existing_object_is_believed_good,
    an_existing_object_of_the_right_size_is_believed_good,
    damage_is_moved_away_before_better_bytes_have_the_name,
    damage_is_overwritten,
    damage_is_replaced_before_its_new_name_is_durable,
    discarding_takes_what_was_published,
    names_are_trusted_to_be_durable_once_seen,
]
