"""What only a store in a folder can go through: damaged trees, full disks, failing calls."""

import hashlib
import os
import pickle
import resource
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dam.errors import IntegrityError
from dam.services.file_storage import create_store, open_store
from dam.services.stores.local_store import LocalStore
from dam.testing import fetch, put
from tests.services.object_path import object_path
from tests.services.processes import run_on_tiny_disk, run_python, strace

PUT = """
import sys
from dam.errors import DamError
from dam.services.file_storage import open_store
from dam.testing import put
try:
    put(open_store(sys.argv[1]), [b"first ", b"second"])
    print("stored")
except DamError as error:
    print(type(error).__name__, error.exit_code, error.message)
"""


def quarantined(store: LocalStore) -> list[Path]:
    return list(Path(store.root, "quarantine").iterdir())


def test_an_object_is_read_only_and_named_by_its_digest(store: LocalStore) -> None:
    put(store, [b"abc"])
    path = object_path(store, hashlib.sha256(b"abc").digest())
    assert path.read_bytes() == b"abc"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert path.stat().st_nlink == 1


class TestDamage:
    def test_a_damaged_object_is_kept_in_quarantine(self, store: LocalStore) -> None:
        sha256 = put(store, [b"precious"]).digests.sha256
        path = object_path(store, sha256)
        path.chmod(0o600)
        path.write_bytes(b"prec")
        assert put(store, [b"precious"]).healed
        assert path.read_bytes() == b"precious"
        (kept,) = quarantined(store)
        assert kept.read_bytes() == b"prec"
        assert kept.name.startswith(sha256.hex())

    def test_healing_that_was_cut_short_is_not_kept_twice(self, store: LocalStore) -> None:
        sha256 = put(store, [b"precious"]).digests.sha256
        path = object_path(store, sha256)
        path.chmod(0o600)
        path.write_bytes(b"prec")
        kill = strace("-o", "/dev/null", "-e", "inject=rename:signal=SIGKILL:when=1")
        assert run_python(
            PUT.replace("first ", "prec").replace("second", "ious"), store.root, before=kill
        ).returncode
        assert (path.read_bytes(), len(quarantined(store))) == (b"prec", 1)
        assert put(store, [b"precious"]).healed
        assert (path.read_bytes(), [kept.read_bytes() for kept in quarantined(store)]) == (
            b"precious",
            [b"prec"],
        )

    def test_damage_that_keeps_the_size_is_found_when_the_file_is_put_again(self, store: LocalStore) -> None:
        path = object_path(store, put(store, [b"precious"]).digests.sha256)
        path.unlink()
        path.write_bytes(b"preci0us")
        assert put(store, [b"precious"]).healed
        assert path.read_bytes() == b"precious"
        assert [kept.read_bytes() for kept in quarantined(store)] == [b"preci0us"]

    def test_healing_again_and_again_overwrites_nothing(self, store: LocalStore) -> None:
        path = object_path(store, put(store, [b"precious"]).digests.sha256)
        for damage in (b"1", b"22", b"333"):
            path.unlink()
            path.write_bytes(damage)
            assert put(store, [b"precious"]).healed
        assert sorted(kept.read_bytes() for kept in quarantined(store)) == [b"1", b"22", b"333"]

    @pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
    def test_what_is_no_file_is_damage_too(self, kind: str, store: LocalStore) -> None:
        sha256 = put(store, [b"precious"]).digests.sha256
        path = object_path(store, sha256)
        path.unlink()
        if kind == "folder":
            (path / "inside").mkdir(parents=True)
        elif kind == "link":
            (Path(store.root) / "same size").write_bytes(b"precious")
            path.symlink_to(Path(store.root) / "same size")
        else:
            os.mkfifo(path)
        assert store.size(sha256) is None
        with pytest.raises(IntegrityError, match="not a regular file in the store"):
            store.open(sha256)
        assert put(store, [b"precious"]).healed
        assert fetch(store, sha256) == b"precious"
        assert len(quarantined(store)) == 1

    def test_a_missing_level_of_folders_is_made_again(self, store: LocalStore) -> None:
        path = object_path(store, put(store, [b"precious"]).digests.sha256)
        path.unlink()
        path.parent.rmdir()
        path.parent.parent.rmdir()
        assert put(store, [b"precious"]).created
        assert path.read_bytes() == b"precious"

    def test_corrupt_derived_bytes_are_not_there_and_can_be_put_again(self, store: LocalStore) -> None:
        sha256 = store.put_derived(b"preview")
        name = sha256.hex()
        path = Path(store.root, "derived", name[:2], name[2:4], name)
        for damage in (b"PREVIEW", b"", b"preview and more"):
            path.unlink()
            path.write_bytes(damage)
            assert store.open_derived(sha256) is None
            assert store.put_derived(b"preview") == sha256
            assert path.read_bytes() == b"preview"


class TestFullDisks:
    CODE = """
import os, sys
from dam.errors import NoSpace
from dam.services.file_storage import create_store
from dam.testing import fetch, put
store = create_store(sys.argv[1] + "/store", "u")
kept = put(store, [b"kept" * 1000]).digests.sha256
for write in (lambda: put(store, iter([bytes(100_000)] * 20)), lambda: store.put_derived(bytes(2_000_000))):
    try:
        write()
    except NoSpace as error:
        print(error.exit_code, error.message)
(writer,) = os.listdir(store.root + "/tmp")
left = os.listdir(store.root + "/tmp/" + writer)
print(left, fetch(store, kept) == b"kept" * 1000, put(store, [b"small"]).created)
"""

    def test_a_full_disk_says_so_and_loses_nothing(self, tmp_path: Path) -> None:
        result = run_on_tiny_disk(self.CODE, tmp_path / "disk", kilobytes=600)
        full = f"6 cannot write to the store: {tmp_path}/disk/store: no space left on device"
        assert result.stdout.splitlines() == [full, full, "[] True True"], result.stderr

    def test_a_limit_on_the_size_of_files_is_a_full_disk(self, store: LocalStore) -> None:
        limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8, {resource.RLIM_INFINITY}))\n"
        result = run_python(limit + PUT, store.root)
        assert result.stdout == f"NoSpace 6 cannot write to the store: {store.root}: file too large\n"
        assert os.listdir(Path(store.root) / "tmp") == []


class TestFailingCalls:
    @pytest.mark.parametrize("error", ["EIO", "ENOSPC", "EDQUOT", "EROFS"])
    @pytest.mark.parametrize(
        ("call", "when"),
        [
            ("flock", 1),
            ("write", 1),
            ("write", 2),
            ("fchmod", 1),
            *[("fsync", when) for when in range(1, 6)],
            *[("mkdir", when) for when in range(1, 4)],
            ("linkat", 1),
        ],
    )
    def test_each_call_that_fails_stops_the_group_and_leaves_the_store_whole(
        self, call: str, when: int, error: str, store: LocalStore
    ) -> None:
        inject = strace("-o", "/dev/null", "-e", f"inject={call}:error={error}:when={when}")
        result = run_python(PUT, store.root, before=inject)
        kind = "NoSpace 6" if error in {"ENOSPC", "EDQUOT"} else "StoreError 7"
        assert result.stdout.startswith(f"{kind} cannot write to the store: {store.root}: "), result.stderr
        assert os.listdir(Path(store.root) / "tmp") == []
        published = put(store, [b"first second"])
        assert not published.healed
        assert fetch(store, published.digests.sha256) == b"first second"

    def test_a_file_system_without_hard_links_will_do(self, store: LocalStore) -> None:
        inject = strace("-o", "/dev/null", "-e", "inject=linkat:error=EPERM")
        assert run_python(PUT, store.root, before=inject).stdout == "stored\n"
        assert run_python(PUT, store.root, before=inject).stdout == "stored\n"
        assert os.listdir(Path(store.root) / "tmp") == []
        assert not put(store, [b"first second"]).created

    def test_without_hard_links_damage_is_healed_all_the_same(self, store: LocalStore) -> None:
        path = object_path(store, put(store, [b"first second"]).digests.sha256)
        path.unlink()
        path.write_bytes(b"damaged")
        inject = strace("-o", "/dev/null", "-e", "inject=linkat:error=EPERM")
        assert run_python(PUT, store.root, before=inject).stdout == "stored\n"
        assert path.read_bytes() == b"first second"
        assert [kept.read_bytes() for kept in quarantined(store)] == [b"damaged"]

    def test_a_file_system_that_cannot_sync_folders_will_do(self, store: LocalStore) -> None:
        inject = strace("-o", "/dev/null", "-P", f"{store.root}/objects", "-e", "inject=fsync:error=EINVAL")
        assert run_python(PUT, store.root, before=inject).stdout == "stored\n"

    def test_a_system_that_gives_no_memory_back_will_do(self, store: LocalStore) -> None:
        inject = strace("-o", "/dev/null", "-e", "inject=fadvise64:error=EINVAL")
        code = PUT.replace("first", "first" * 20_000)
        assert run_python(code, store.root, before=inject).stdout == "stored\n"
        assert fetch(store, hashlib.sha256(b"first" * 20_000 + b" second").digest())

    def test_short_writes_and_interruptions_change_nothing(self, store: LocalStore) -> None:
        interrupt = strace("-o", "/dev/null", "-e", "inject=write:error=EINTR:when=1..4+2")
        assert run_python(PUT, store.root, before=interrupt).stdout == "stored\n"
        assert fetch(store, hashlib.sha256(b"first second").digest()) == b"first second"

    def test_an_object_that_cannot_be_read_is_an_error_of_the_store(self, store: LocalStore) -> None:
        sha256 = put(store, [b"x"]).digests.sha256
        code = """
import sys
from dam.services.file_storage import open_store
open_store(sys.argv[1]).open(bytes.fromhex(sys.argv[2]))
"""
        inject = strace(
            "-o", "/dev/null", "-P", str(object_path(store, sha256)), "-e", "inject=openat:error=EIO"
        )
        result = run_python(code, store.root, sha256.hex(), before=inject)
        message = f"StoreError: cannot read from the store: {sha256.hex()}: input/output error"
        assert message in result.stderr


def test_an_os_error_of_the_source_is_not_taken_for_one_of_the_store(store: LocalStore) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"x"
        raise OSError("not ours")

    with pytest.raises(OSError, match="not ours"):
        store.stage(breaking())


def test_a_pickled_store_works_in_another_process_and_does_not_take_what_is_staged(store: LocalStore) -> None:
    staged = store.stage([b"x"])
    code = """
import pickle, sys
from dam.testing import put
store = pickle.loads(bytes.fromhex(sys.argv[1]))
print(put(store, [b"from afar"]).digests.sha256.hex())
"""
    result = run_python(code, pickle.dumps(store).hex())
    assert fetch(store, bytes.fromhex(result.stdout)) == b"from afar"
    with pytest.raises(ValueError, match="staged by another store"):
        pickle.loads(pickle.dumps(store)).publish([staged])
    assert store.publish([staged])[0].created


MANY = """
import sys
from dam.errors import DamError
from dam.services.file_storage import open_store
store = open_store(sys.argv[1])
staged = [store.stage([b"%d" % number]) for number in range(40)]
for group in (staged[:20], staged[20:]):
    try:
        print(sum(one.created for one in store.publish(group)))
    except DamError as error:
        print(type(error).__name__, error)
print(sum(one.created for one in store.publish([store.stage([b"%d" % number]) for number in range(40)])))
"""


class TestLargeGroups:
    def test_any_number_of_files_needs_no_more_descriptors_than_one(self, store: LocalStore) -> None:
        code = """
import sys
from dam.services.file_storage import open_store
store = open_store(sys.argv[1])
print(sum(one.created for one in store.publish([store.stage([b"%d" % number]) for number in range(300)])))
"""
        limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
        assert run_python(limit + code, store.root).stdout == "300\n"

    @pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
    @pytest.mark.parametrize("when", [1, 2])
    def test_after_a_failed_sync_nothing_that_was_staged_is_believed(
        self, when: int, error: str, store: LocalStore
    ) -> None:
        inject = strace("-o", "/dev/null", "-e", f"inject=syncfs:error={error}:when={when}")
        failed, lost, again = run_python(MANY, store.root, before=inject).stdout.splitlines()
        kind = "NoSpace" if error == "ENOSPC" else "StoreError"
        assert failed.startswith(f"{kind} cannot write to the store: {store.root}: ")
        lose = "what had been staged when a sync failed is lost"
        assert lost == f"StoreError cannot write to the store: {store.root}: {lose}"
        assert again == ("40" if when == 1 else "20")
        assert os.listdir(Path(store.root) / "tmp") == []

    @pytest.mark.parametrize("error", ["ENOSYS", "EOPNOTSUPP"])
    def test_without_syncfs_each_file_is_synced(self, error: str, store: LocalStore, tmp_path: Path) -> None:
        inject = strace(
            "-o", str(tmp_path / "log"), "-e", "trace=fsync,syncfs", "-e", f"inject=syncfs:error={error}"
        )
        assert run_python(MANY, store.root, before=inject).stdout.split() == ["20", "20", "0"]
        assert len((tmp_path / "log").read_text().splitlines()) > 40

    def test_it_works_in_memory_file_systems(self, tmp_path: Path) -> None:
        code = f"""
from dam.services.file_storage import create_store
sys_argv = __import__("sys").argv
sys_argv[1] = create_store(sys_argv[1] + "/store", "u").root
{MANY}"""
        assert run_on_tiny_disk(code, tmp_path / "disk", kilobytes=4000).stdout.split() == ["20", "20", "0"]


def test_many_processes_may_put_the_same_at_once(store: LocalStore) -> None:
    code = """
import sys
from dam.services.file_storage import open_store
store = open_store(sys.argv[1])
for start in range(0, 200, 20):
    published = store.publish([store.stage([b"%d" % number]) for number in range(start, start + 20)])
    print(sum(one.created for one in published))
"""
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: run_python(code, store.root), range(6)))
    assert sum(int(count) for result in results for count in result.stdout.split()) == 200
    for number in range(200):
        data = b"%d" % number
        assert fetch(store, hashlib.sha256(data).digest()) == data
    assert not any(Path(store.root, "quarantine").iterdir())
    assert not any(Path(store.root, "tmp").iterdir())


def test_a_huge_file_takes_no_memory(store: LocalStore, tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    code = """
import os, resource, sys
from dam.services.file_storage import open_store
from dam.services.source_file import read_settled
store = open_store(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
facts, staged = read_settled(os.fsencode(sys.argv[2]), lambda source: store.stage(source.chunks()))
print(staged.digests.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
store.discard([staged])
"""
    size, grown_kilobytes = run_python(code, store.root, huge).stdout.split()
    assert int(size) == 1 << 30
    assert int(grown_kilobytes) < 60_000


def test_it_is_known_by_whatever_way_it_is_reached(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(store.root)
    for name in ("", "objects", "derived", "quarantine", "tmp"):
        status = os.stat(tmp_path / "alias" / name)
        assert (status.st_dev, status.st_ino) in store.identity()
    outside = os.stat(tmp_path)
    assert (outside.st_dev, outside.st_ino) not in store.identity()
    assert (
        open_store(f"memory:{create_store(f'memory:{store.uuid}', store.uuid).uuid}").identity()
        == frozenset()
    )
