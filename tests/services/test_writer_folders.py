"""What dead writers were writing goes, what living ones write stays, also when others write for them."""

import fcntl
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dam.errors import SourceError, StoreError
from dam.services.stores.file_system import THIS_SYSTEM
from dam.services.stores.local_store import LocalStore
from dam.services.stores.writer_folder import WriterFolder, sweep
from tests.services.processes import PROJECT, run_python

STAGE_AND_WAIT = """
import sys
from dam.services.file_storage import open_store
store = open_store(sys.argv[1])
store.stage([b"x"])
print("staged", flush=True)
sys.stdin.read()
"""
WORK_FOR_ANOTHER = """
import os, pickle, sys
from dam.errors import StoreError
store = pickle.loads(bytes.fromhex(sys.argv[1]))
try:
    staged = store.stage([b"from a worker"])
    print("staged", flush=True)
    sys.stdin.readline()
    uses = (lambda: store.open_staged(staged), lambda: store.stage([b"y"]), lambda: store.put_derived(b"z"))
    for use in uses:
        try:
            use()
        except StoreError as error:
            print(error)
finally:
    store.discard([staged])
"""


def names_in(store: LocalStore) -> list[str]:
    return os.listdir(os.path.join(store.root, "tmp"))


def files_in(store: LocalStore) -> list[Path]:
    return list(Path(store.root, "tmp").glob("*/*"))


def test_a_living_process_keeps_its_folder_and_a_killed_one_does_not(store: LocalStore) -> None:
    command = [sys.executable, "-B", "-c", STAGE_AND_WAIT, store.root]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"staged\n"
        assert store.sweep() == 0
        assert len(files_in(store)) == 1
        writer.kill()
    assert store.sweep() == 1
    assert names_in(store) == []


def test_what_version_0_1_left_behind_goes_unless_it_is_locked(store: LocalStore) -> None:
    dead, living = (Path(store.root, "tmp", f"{letter * 32}.tmp") for letter in "ab")
    dead.write_bytes(b"x")
    with living.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert store.sweep() == 1
        assert names_in(store) == [living.name]
    assert store.sweep() == 1


def breaking(error: BaseException) -> Iterator[bytes]:
    yield b"half"
    raise error


def test_publishing_discarding_and_failing_leave_no_file_and_no_descriptor(store: LocalStore) -> None:
    store.discard([store.stage([b"the first one opens what the store holds"])])
    before = os.listdir("/proc/self/fd")
    store.publish([store.stage([b"x"]), store.stage([b"x"]), store.stage([b"y"])])
    kept = store.stage([b"z"])
    assert os.listdir("/proc/self/fd") == before, "nor does it cost one to have something staged"
    store.discard([kept])
    with pytest.raises(SourceError):
        store.stage(breaking(SourceError("no")))
    with pytest.raises(KeyboardInterrupt):
        store.stage(breaking(KeyboardInterrupt()))
    store.put_derived(b"derived")
    assert files_in(store) == []
    assert os.listdir("/proc/self/fd") == before


def test_a_store_takes_its_folder_with_it_and_what_a_crashed_copy_left_there(store: LocalStore) -> None:
    owner = LocalStore(store.root, store.uuid)
    crash = "import os, pickle, sys; pickle.loads(bytes.fromhex(sys.argv[1])).stage([b'x']); os._exit(1)"
    run_python(crash, pickle.dumps(owner).hex())
    assert len(files_in(owner)) == 1
    before = set(os.listdir("/proc/self/fd"))
    del owner
    assert names_in(store) == []
    assert set(os.listdir("/proc/self/fd")) < before


def test_a_forked_copy_of_the_writer_does_not_take_the_folder_with_it(store: LocalStore) -> None:
    code = """
import os, sys
from dam.services.file_storage import open_store
store = open_store(sys.argv[1])
staged = store.stage([b"x"])
if (child := os.fork()) == 0:
    sys.exit()
os.waitpid(child, 0)
print(store.publish([staged])[0].created)
"""
    assert run_python(code, store.root).stdout == "True\n"
    assert names_in(store) == []


def test_a_worker_that_outlives_its_writer_is_told_so(store: LocalStore) -> None:
    owner = LocalStore(store.root, store.uuid)
    command = [sys.executable, "-B", "-c", WORK_FOR_ANOTHER, pickle.dumps(owner).hex()]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"staged\n"
        assert store.sweep() == 0
        del owner
        said, _ = worker.communicate(b"\n")
    gone = f"cannot write to the store: {store.root}: the process that this one stages for has ended"
    assert said.decode().splitlines() == [gone] * 3
    assert worker.returncode == 0
    assert names_in(store) == []


def test_only_the_original_publishes_what_others_staged(store: LocalStore) -> None:
    """A copy cannot know whether an error was reported before it began to watch."""
    copies: list[LocalStore] = [pickle.loads(pickle.dumps(store)) for _ in range(2)]
    first, second = (copy.stage([b"%d" % number]) for number, copy in enumerate(copies))
    with pytest.raises(ValueError, match="staged by another store"):
        copies[0].publish([second])
    assert copies[0].publish([first])[0].created
    assert store.publish([second])[0].created


def test_threads_that_begin_at_once_stage_in_one_folder(store: LocalStore) -> None:
    for _ in range(20):
        owner = LocalStore(store.root, store.uuid)
        with ThreadPoolExecutor(8) as pool:
            staged = list(pool.map(lambda number, owner=owner: owner.stage([b"%d" % number]), range(8)))
        assert len({one.token.partition("/")[0] for one in staged}) == 1
        assert len(owner.publish(staged)) == 8


def test_where_nothing_may_be_written_a_store_can_be_pickled_all_the_same(store: LocalStore) -> None:
    os.rmdir(os.path.join(store.root, "tmp"))
    Path(store.root, "tmp").write_bytes(b"in the way")
    copy: LocalStore = pickle.loads(pickle.dumps(store))
    assert copy.size(bytes(32)) is None
    with pytest.raises(StoreError, match="not a directory"):
        copy.stage([b"x"])


def test_a_folder_that_somebody_removed_is_made_again_and_what_was_in_it_is_lost(store: LocalStore) -> None:
    staged = store.stage([b"x"])
    for path in (*files_in(store), *Path(store.root, "tmp").iterdir()):
        path.unlink() if path.is_file() else path.rmdir()
    assert store.publish([store.stage([b"y"])])[0].created
    with pytest.raises(StoreError, match="is lost"):
        store.publish([staged])


def test_what_is_not_ours_is_not_swept(store: LocalStore) -> None:
    folder = Path(store.root, "tmp")
    (folder / "notes.txt").write_bytes(b"mine")
    (folder / "folder").mkdir()
    (folder / ("c" * 32)).write_bytes(b"a file named like a writer's folder")
    (folder / ("d" * 32)).symlink_to("folder")
    (folder / ("e" * 32)).mkdir()
    (folder / ("e" * 32) / "notes.txt").write_bytes(b"mine")
    os.mkfifo(folder / "pipe")
    (folder / ("a" * 32 + ".tmp")).symlink_to("notes.txt")
    os.mkfifo(folder / ("b" * 32 + ".tmp"))
    before = sorted(folder.rglob("*"))
    assert sweep(THIS_SYSTEM, str(folder)) == 0
    assert sorted(folder.rglob("*")) == before


def test_sweepers_and_writers_do_not_get_into_each_others_way(store: LocalStore) -> None:
    """Also at the moment when a folder exists and is not locked yet."""
    folder = os.path.join(store.root, "tmp")
    finished = threading.Event()

    def keep_sweeping() -> None:
        while not finished.is_set():
            sweep(THIS_SYSTEM, folder)

    sweeper = threading.Thread(target=keep_sweeping)
    sweeper.start()
    try:
        for count in range(500):
            mine = WriterFolder.create(THIS_SYSTEM, folder)
            assert os.path.samestat(os.stat(mine.path), os.fstat(mine.descriptor)), count
            mine.remove()
    finally:
        finished.set()
        sweeper.join()


@pytest.mark.parametrize("held_up_before", ["open", "flock"])
def test_a_folder_swept_before_it_was_locked_is_made_again(held_up_before: str, store: LocalStore) -> None:
    """The race, step by step: the writer is held up between making and opening, or opening and locking."""
    folder = os.path.join(store.root, "tmp")

    class HeldUp(type(THIS_SYSTEM)):  # type: ignore[misc]  # the class of this machine's calls
        swept = False

        def __getattribute__(self, name: str) -> object:
            if name == held_up_before and not HeldUp.swept:
                HeldUp.swept = True
                (only,) = os.listdir(folder)
                assert sweep(THIS_SYSTEM, folder) == 0
                assert os.listdir(folder) == [], only
            return super().__getattribute__(name)

    mine = WriterFolder.create(HeldUp(), folder)
    assert HeldUp.swept
    assert os.listdir(folder) == [mine.name]
    mine.remove()


def test_only_the_owner_can_read_what_is_not_published_yet(store: LocalStore) -> None:
    staged = store.stage([b"private so far"])
    (name,) = names_in(store)
    assert os.stat(os.path.join(store.root, "tmp", name)).st_mode & 0o777 == 0o700
    store.discard([staged])
