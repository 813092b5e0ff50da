"""The order law: bytes durable, then names durable, then `publish` returns. Proved with strace."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from dam.services.stores.local_store import LocalStore, create_store
from dam.testing import fetch, put
from tests.services.processes import run_python, strace

PUBLISH_TWO = """
import os, sys
from dam.services.file_storage import open_store
store = open_store(sys.argv[1])
group = [store.stage([data]) for data in (b"one", b"two")]
store.publish(group)
os.write(1, b"published")
"""
PUBLISH_LARGE_AND_SMALL = """
import os, sys
from dam.services.file_storage import open_store
store = open_store(sys.argv[1])
group = [store.stage([data]) for data in (b"large" * 20_000, b"small")]
store.publish(group)
os.write(1, b"published")
"""
CALLS = "fsync,linkat,rename,mkdir,write,fchmod,fadvise64"


@dataclass
class Call:
    name: str
    text: str
    begun: int
    ended: int
    result: str


def traced(code: str, root: object, log: Path, *options: str) -> list[Call]:
    """Run `code` and return its system calls with the moments when they began and ended."""
    run_python(code, root, before=strace("-y", "-s", "16", "-o", str(log), "-e", f"trace={CALLS}", *options))
    calls: list[Call] = []
    unfinished: dict[str, Call] = {}
    for moment, line in enumerate(log.read_text().splitlines()):
        process, _, rest = line.partition(" ")
        if resumed := re.match(r"<\.\.\. \w+ resumed>.*= (\S+)", rest.lstrip()):
            unfinished[process].ended = moment
            unfinished[process].result = resumed[1]
        elif begun := re.match(r"(\w+)\((.*)", rest.lstrip()):
            finished = re.search(r"\) += (-?\w+)", begun[2])
            calls.append(Call(begun[1], begun[2], moment, moment, finished[1] if finished else ""))
            unfinished[process] = calls[-1]
    return calls


def fsyncs(calls: list[Call], path: str) -> list[Call]:
    return [call for call in calls if call.name == "fsync" and f"<{path}>" in call.text]


def arguments(call: Call) -> list[str]:
    return re.findall(r'"([^"]*)"', call.text)


@pytest.fixture
def calls(store: LocalStore, tmp_path: Path) -> list[Call]:
    return traced(PUBLISH_TWO, store.root, tmp_path / "log")


def acknowledged(calls: list[Call]) -> Call:
    (call,) = [call for call in calls if call.name == "write" and '"published"' in call.text]
    return call


def test_bytes_are_durable_before_they_have_a_name(calls: list[Call]) -> None:
    links = [call for call in calls if call.name == "linkat"]
    assert len(links) == 2
    for link in links:
        temporary, _ = arguments(link)
        (fsync,) = fsyncs(calls, temporary)
        writes = [call for call in calls if call.name == "write" and f"<{temporary}>" in call.text]
        (seal,) = [call for call in calls if call.name == "fchmod" and f"<{temporary}>" in call.text]
        assert max(write.ended for write in writes) < seal.begun <= seal.ended < fsync.begun
        assert fsync.result == "0"
        assert fsync.ended < link.begun


def test_names_are_durable_before_publish_returns(calls: list[Call]) -> None:
    end = acknowledged(calls)
    for link in [call for call in calls if call.name == "linkat"]:
        _, name = arguments(link)
        synced = fsyncs(calls, os.path.dirname(name))
        assert any(link.ended < fsync.begun and fsync.ended < end.begun for fsync in synced)


def test_folders_are_durable_before_publish_returns(calls: list[Call], store: LocalStore) -> None:
    """Also those that were there already: who made them may not have come to syncing them."""
    end = acknowledged(calls)
    made = [call for call in calls if call.name == "mkdir" and f"{store.root}/tmp/" not in call.text]
    assert {arguments(call)[0] for call in made} > {f"{store.root}/objects"}
    for mkdir in made:
        synced = fsyncs(calls, os.path.dirname(arguments(mkdir)[0]))
        assert any(mkdir.ended < fsync.begun and fsync.ended < end.begun for fsync in synced)


def test_what_another_process_put_is_made_durable_before_it_is_relied_on(
    store: LocalStore, tmp_path: Path
) -> None:
    """A process may be killed after linking and before syncing; then its object is there all the same."""
    traced(PUBLISH_TWO, store.root, tmp_path / "first")
    calls = traced(PUBLISH_TWO, store.root, tmp_path / "second")
    assert not [call for call in calls if call.name == "linkat"]
    end = acknowledged(calls)
    folders = {store.root, f"{store.root}/objects"}
    for data in (b"one", b"two"):
        name = hashlib.sha256(data).hexdigest()
        folders |= {f"{store.root}/objects/{name[:2]}", f"{store.root}/objects/{name[:2]}/{name[2:4]}"}
    for folder in folders:
        (fsync,) = fsyncs(calls, folder)
        assert fsync.ended < end.begun


def test_folders_known_to_be_durable_are_not_synced_again(store: LocalStore, tmp_path: Path) -> None:
    twice = PUBLISH_TWO + "store.publish([store.stage([b'one'])])\n"
    calls = traced(twice, store.root, tmp_path / "log")
    end = acknowledged(calls)
    later = [call for call in calls if call.name == "fsync" and call.begun > end.begun]
    assert len(later) == 1, "the folder of the object itself, and no other"


def test_the_memory_of_new_large_files_is_given_back_once_they_are_durable(
    store: LocalStore, tmp_path: Path
) -> None:
    large = hashlib.sha256(b"large" * 20_000).hexdigest()
    calls = traced(PUBLISH_LARGE_AND_SMALL, store.root, tmp_path / "log")
    (advice,) = [call for call in calls if call.name == "fadvise64"]
    assert f"/{large}>" in advice.text
    assert "POSIX_FADV_DONTNEED" in advice.text
    assert advice.result == "0"
    assert max(call.ended for call in calls if call.name == "fsync") < advice.begun
    again = traced(PUBLISH_LARGE_AND_SMALL, store.root, tmp_path / "again")
    assert not [call for call in again if call.name == "fadvise64"], "whoever else reads it keeps its memory"


def test_a_folder_that_was_removed_and_made_again_is_synced_again(store: LocalStore, tmp_path: Path) -> None:
    again = """
import shutil
shutil.rmtree(store.root + "/objects")
store.publish([store.stage([b"one"])])
os.write(1, b"again")
"""
    calls = traced(PUBLISH_TWO + again, store.root, tmp_path / "log")
    begun = acknowledged(calls).begun
    name = hashlib.sha256(b"one").hexdigest()
    for folder in (store.root, f"{store.root}/objects", f"{store.root}/objects/{name[:2]}"):
        assert [call for call in fsyncs(calls, folder) if call.begun > begun]


def test_a_new_store_is_on_the_disk_marker_last(tmp_path: Path) -> None:
    create = """
import os, sys
from dam.services.file_storage import create_store
create_store(sys.argv[1], "u")
os.write(1, b"published")
"""
    root = tmp_path / "new" / "store"
    calls = traced(create, root, tmp_path / "log")
    (link,) = [call for call in calls if call.name == "linkat"]
    temporary, marker = arguments(link)
    assert marker == f"{root}/dam-store.json"
    (bytes_durable,) = fsyncs(calls, temporary)
    before, after = fsyncs(calls, str(root))
    assert max(bytes_durable.ended, before.ended) < link.begun
    assert link.ended < after.begun <= after.ended < acknowledged(calls).begun
    for parent in (tmp_path, tmp_path / "new"):
        assert fsyncs(calls, str(parent))


def test_the_users_file_is_opened_in_a_way_that_neither_follows_nor_waits(tmp_path: Path) -> None:
    """Also if it becomes a link or a pipe after the first look at it."""
    (tmp_path / "file").write_bytes(b"x")
    read = """
import os, sys
from dam.services.source_file import SourceFile
with SourceFile.open(os.fsencode(sys.argv[1])) as source:
    print(list(source.chunks()))
"""
    log = tmp_path / "log"
    run_python(read, tmp_path / "file", before=strace("-o", str(log), "-e", "trace=openat"))
    (opened,) = [line for line in log.read_text().splitlines() if f'"{tmp_path}/file"' in line]
    for flag in ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC"):
        assert flag in opened


def test_a_failed_fsync_is_never_tried_again(store: LocalStore, tmp_path: Path) -> None:
    calls = traced(PUBLISH_TWO, store.root, tmp_path / "log", "-e", "inject=fsync:error=EIO:when=1")
    failed = [call for call in calls if call.name == "fsync" and call.result == "-1"]
    assert failed
    for call in failed:
        (path,) = re.findall(r"<([^>]*)>", call.text)
        assert len(fsyncs(calls, path)) == 1
    assert not [call for call in calls if call.name == "linkat"]


def test_a_damaged_object_is_in_quarantine_durably_before_it_is_replaced(
    store: LocalStore, tmp_path: Path
) -> None:
    sha256 = put(store, [b"one"]).digests.sha256
    path = Path(store.root, "objects", sha256.hex()[:2], sha256.hex()[2:4], sha256.hex())
    path.unlink()
    path.write_bytes(b"damaged")
    calls = traced(PUBLISH_TWO, store.root, tmp_path / "log")
    end = acknowledged(calls)
    (aside,) = [call for call in calls if call.name == "linkat" and arguments(call)[0] == str(path)]
    (replace,) = [call for call in calls if call.name == "rename"]
    assert aside.ended < replace.begun
    kept, replaced = (os.path.dirname(arguments(call)[1]) for call in (aside, replace))
    assert any(aside.ended < fsync.begun and fsync.ended < replace.begun for fsync in fsyncs(calls, kept))
    bytes_synced = fsyncs(calls, arguments(replace)[0])
    assert any(fsync.ended < replace.begun for fsync in bytes_synced)
    assert any(replace.ended < fsync.begun and fsync.ended < end.begun for fsync in fsyncs(calls, replaced))


@pytest.mark.parametrize("call", ["flock", "write", "fchmod", "fsync", "mkdir", "linkat", "unlink"])
def test_killed_at_any_call_the_store_is_whole_and_a_second_run_finishes(call: str, tmp_path: Path) -> None:
    for when in range(1, 40):
        store = create_store(str(tmp_path / str(when)), "u")
        kill = strace("-o", "/dev/null", "-e", f"inject={call}:signal=SIGKILL:when={when}")
        survived = run_python(PUBLISH_TWO, store.root, before=kill).stdout == "published"
        for path in Path(store.root, "objects").rglob("*"):
            assert path.is_dir() or hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        store.sweep()
        assert os.listdir(Path(store.root) / "tmp") == []
        published = [put(store, [data]) for data in (b"one", b"two")]
        assert not any(one.healed for one in published)
        assert [fetch(store, one.digests.sha256) for one in published] == [b"one", b"two"]
        if survived:
            assert when > (1 if call == "flock" else 2), "the calls were not hit"
            assert not any(one.created for one in published)
            return
    pytest.fail("never came to its end")
