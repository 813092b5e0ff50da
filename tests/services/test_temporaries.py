"""Temporaries of dead writers go, those of live ones stay."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.errors import SourceError
from dam.services.stores.local_store import LocalStore
from dam.services.stores.temporaries import Temporary, sweep
from tests.services.processes import PROJECT, run_python

STAGE_AND_WAIT = """
import sys
from dam.services.file_storage import open_store
store = open_store(sys.argv[1])
store.stage([b"x"])
print("staged", flush=True)
sys.stdin.read()
"""


def names_in(store: LocalStore) -> list[str]:
    return os.listdir(os.path.join(store.root, "tmp"))


def test_a_living_process_keeps_its_temporary_and_a_killed_one_does_not(store: LocalStore) -> None:
    command = [sys.executable, "-B", "-c", STAGE_AND_WAIT, store.root]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"staged\n"
        assert store.sweep() == 0
        assert len(names_in(store)) == 1
        writer.kill()
    assert store.sweep() == 1
    assert names_in(store) == []


def breaking(error: BaseException) -> Iterator[bytes]:
    yield b"half"
    raise error


def test_publishing_discarding_and_failing_leave_no_temporary_and_no_descriptor(store: LocalStore) -> None:
    before = os.listdir("/proc/self/fd")
    store.publish([store.stage([b"x"]), store.stage([b"x"]), store.stage([b"y"])])
    store.discard([store.stage([b"z"])])
    with pytest.raises(SourceError):
        store.stage(breaking(SourceError("no")))
    with pytest.raises(KeyboardInterrupt):
        store.stage(breaking(KeyboardInterrupt()))
    store.put_derived(b"derived")
    assert names_in(store) == []
    assert os.listdir("/proc/self/fd") == before


def test_what_is_not_ours_is_not_swept(store: LocalStore) -> None:
    folder = Path(store.root, "tmp")
    (folder / "notes.txt").write_bytes(b"mine")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / ("a" * 32 + ".tmp")).symlink_to("notes.txt")
    os.mkfifo(folder / ("b" * 32 + ".tmp"))
    assert sweep(str(folder)) == 0
    expected = ["a" * 32 + ".tmp", "b" * 32 + ".tmp", "folder", "notes.txt", "pipe"]
    assert sorted(names_in(store)) == expected


def test_sweepers_and_writers_do_not_get_into_each_others_way(store: LocalStore) -> None:
    """Also at the moment when a temporary exists and is not locked yet."""
    folder = os.path.join(store.root, "tmp")
    finished = threading.Event()

    def keep_sweeping() -> None:
        while not finished.is_set():
            sweep(folder)

    sweeper = threading.Thread(target=keep_sweeping)
    sweeper.start()
    try:
        for count in range(500):
            temporary = Temporary.create(folder)
            assert os.path.samestat(os.stat(temporary.path), os.fstat(temporary.descriptor)), count
            temporary.discard()
    finally:
        finished.set()
        sweeper.join()


def test_a_temporary_swept_before_it_was_locked_is_made_again(store: LocalStore, tmp_path: Path) -> None:
    """The race, step by step: the writer is held up between creating and locking."""
    code = """
import fcntl, os, sys
from dam.services.stores import temporaries
folder, lock = sys.argv[1], fcntl.flock
def late(descriptor, how):
    fcntl.flock = lock
    print(temporaries.sweep(folder))
    lock(descriptor, how)
fcntl.flock = late
temporary = temporaries.Temporary.create(folder)
print(os.listdir(folder) == [os.path.basename(temporary.path)])
"""
    result = run_python(code, os.path.join(store.root, "tmp"))
    assert result.stdout.split() == ["1", "True"], result.stderr


def test_only_the_owner_can_read_what_is_not_published_yet(store: LocalStore) -> None:
    staged = store.stage([b"private so far"])
    (name,) = names_in(store)
    assert os.stat(os.path.join(store.root, "tmp", name)).st_mode & 0o777 == 0o600
    store.discard([staged])
