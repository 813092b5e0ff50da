import hashlib
import os
import socket
from pathlib import Path

import pytest

from dam.errors import SourceChanged, SourceError, SourceUnreachable
from dam.services.digests import digest_chunks
from dam.services.source_file import CHUNK_BYTES, NotRegular, SourceFile, read_settled
from tests.services.processes import run_python, run_python_unprivileged, strace

READ = """
import os, sys
from dam.errors import SourceError
from dam.services.source_file import SourceFile
try:
    with SourceFile.open(os.fsencode(sys.argv[1])) as source:
        print(sum(map(len, source.chunks())))
except SourceError as error:
    print(type(error).__name__, error.message)
"""


def read(path: bytes | Path) -> bytes:
    with SourceFile.open(os.fsencode(path)) as source:
        return b"".join(source.chunks())


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 2 * CHUNK_BYTES + 1])
def test_a_file_is_read_whole_in_small_buffers(size: int, tmp_path: Path) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    with SourceFile.open(os.fsencode(tmp_path / "file")) as source:
        chunks = list(source.chunks())
        assert b"".join(source.chunks()) == data, "reading starts anew each time"
    assert b"".join(chunks) == data
    assert all(0 < len(chunk) <= CHUNK_BYTES for chunk in chunks)


def test_the_facts_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    os.utime(path, ns=(1, 1_234_567_890_123_456_789))
    status = path.stat()
    with SourceFile.open(os.fsencode(path)) as source:
        facts = source.facts
    assert (facts.size, facts.mtime_ns) == (5, 1_234_567_890_123_456_789)
    assert (facts.ctime_ns, facts.inode, facts.device) == (status.st_ctime_ns, status.st_ino, status.st_dev)


@pytest.mark.parametrize("name", [b"caf\xe9", b"two\nlines", b"-rf", b" ", b"n" * 255, "e\u0301".encode()])
def test_any_name_that_a_file_system_allows_can_be_read(name: bytes, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as file:
        file.write(name)
    assert read(path) == name


def test_the_source_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"mine")
    before = path.stat()
    read(path)
    after = path.stat()
    assert (before.st_mtime_ns, before.st_ctime_ns, before.st_mode) == (
        after.st_mtime_ns,
        after.st_ctime_ns,
        after.st_mode,
    )


class TestWhatIsNoRegularFile:
    def test_a_named_pipe_is_refused_without_waiting_for_a_writer(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        self.refuses(tmp_path / "pipe", "is a named pipe")

    def test_a_socket_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("s")
            self.refuses(tmp_path / "s", "is a socket")

    @pytest.mark.parametrize("path", ["/dev/zero", "/dev/full", "/dev/null", "/dev/tty"])
    def test_a_device_is_refused(self, path: str) -> None:
        self.refuses(Path(path), "is a character device")

    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        self.refuses(tmp_path, "is a folder")

    @pytest.mark.parametrize("target", ["file", "nowhere", "link", "."])
    def test_a_symbolic_link_is_refused_wherever_it_leads(self, target: str, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"x")
        (tmp_path / "link").symlink_to(target)
        self.refuses(tmp_path / "link", "is a symbolic link")

    def test_what_becomes_another_file_after_the_first_look_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").mkdir()
        with pytest.raises(NotRegular, match="is a folder"):
            SourceFile(b"x", os.open(tmp_path / "file", os.O_RDONLY))

    def refuses(self, path: Path, reason: str) -> None:
        with pytest.raises(NotRegular) as caught:
            read(path)
        assert caught.value.message == f"cannot read: {path}: {reason}"


class TestWhatCannotBeReached:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        self.cannot_reach(tmp_path / "missing", "no such file or directory")

    def test_a_file_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        self.cannot_reach(tmp_path / "file" / "x", "not a directory")

    def test_a_loop_of_links_on_the_way(self, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to("loop")
        self.cannot_reach(tmp_path / "loop" / "x", "too many levels of symbolic links")

    def test_a_name_that_is_too_long(self, tmp_path: Path) -> None:
        self.cannot_reach(tmp_path / ("x" * 256), "file name too long")

    def test_a_file_that_may_not_be_read(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_bytes(b"x")
        secret.chmod(0)
        result = run_python_unprivileged(READ, secret)
        assert result.stdout == f"SourceUnreachable cannot read: {secret}: permission denied\n", result.stderr

    def test_a_disk_that_fails_in_the_middle(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(bytes(3 * CHUNK_BYTES))
        broken = strace("-o", "/dev/null", "-P", str(path), "-e", "inject=read:error=EIO:when=2")
        result = run_python(READ, path, before=broken)
        assert result.stdout == f"SourceUnreachable cannot read: {path}: input/output error\n", result.stderr

    def test_a_name_with_odd_characters_is_shown_escaped(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreachable, match=r"caf\\xe9\\x0a: no such file"):
            read(os.fsencode(tmp_path) + b"/caf\xe9\n")

    def cannot_reach(self, path: Path, reason: str) -> None:
        with pytest.raises(SourceUnreachable) as caught:
            read(path)
        assert caught.value.message == f"cannot read: {path}: {reason}"


class TestAFileThatDoesNotHoldStill:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "file"
        path.write_bytes(bytes(3 * CHUNK_BYTES))
        return path

    def test_it_grows(self, path: Path) -> None:
        def grow() -> None:
            with path.open("ab") as file:
                file.write(b"more")

        self.changes(path, grow)

    def test_it_shrinks(self, path: Path) -> None:
        self.changes(path, lambda: os.truncate(path, CHUNK_BYTES + 1))

    def test_it_is_rewritten_in_the_same_size_and_with_the_old_time(self, path: Path) -> None:
        before = path.stat()

        def rewrite() -> None:
            with path.open("r+b") as file:
                file.write(b"!")
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

        self.changes(path, rewrite)

    def test_it_grows_as_fast_as_it_is_read(self, path: Path) -> None:
        def read_and_append() -> None:
            with SourceFile.open(os.fsencode(path)) as source, path.open("ab", buffering=0) as file:
                for count, chunk in enumerate(source.chunks()):
                    assert count < 100, "this would go on for ever"
                    file.write(chunk + b"more")

        with pytest.raises(SourceChanged):
            read_and_append()

    def test_a_replaced_file_is_read_as_it_was_opened(self, path: Path) -> None:
        with SourceFile.open(os.fsencode(path)) as source:
            (path.parent / "new").write_bytes(b"new")
            os.replace(path.parent / "new", path)
            with pytest.raises(SourceChanged):
                list(source.chunks())

    def test_reading_is_tried_again_until_it_settles(self, path: Path) -> None:
        seen = []

        def read_while_it_grows(source: SourceFile) -> bytes:
            seen.append(source.facts.size)
            if len(seen) < 3:
                with path.open("ab") as file:
                    file.write(b"more")
            return digest_chunks(source.chunks()).sha256

        facts, digest = read_settled(os.fsencode(path), read_while_it_grows)
        assert digest == hashlib.sha256(path.read_bytes()).digest()
        assert facts.size == seen[-1] == path.stat().st_size
        assert len(seen) == 3

    def test_reading_is_given_up_after_three_attempts(self, path: Path) -> None:
        attempts = []

        def never_settles(source: SourceFile) -> None:
            attempts.append(source)
            path.write_bytes(b"x" * len(attempts))
            source.check_unchanged()

        with pytest.raises(SourceChanged, match="changed while it was being read"):
            read_settled(os.fsencode(path), never_settles)
        assert len(attempts) == 3

    def test_what_is_unreachable_is_not_tried_again(self, path: Path) -> None:
        attempts = []

        def fail(source: SourceFile) -> None:
            attempts.append(source)
            raise SourceError("no")

        with pytest.raises(SourceError):
            read_settled(os.fsencode(path), fail)
        assert len(attempts) == 1

    def changes(self, path: Path, change: object) -> None:
        assert callable(change)
        with SourceFile.open(os.fsencode(path)) as source:
            chunks = source.chunks()
            next(chunks)
            change()
            with pytest.raises(SourceChanged) as caught:
                list(chunks)
        assert caught.value.message == f"cannot read: {path}: changed while it was being read"


class TestPseudoFiles:
    def test_one_that_says_it_is_empty_and_is_not(self) -> None:
        with pytest.raises(SourceChanged) as caught:
            read(b"/proc/self/maps")
        assert caught.value.message == "cannot read: /proc/self/maps: unstable size"

    def test_one_that_says_it_is_a_page_and_is_not(self) -> None:
        with pytest.raises(SourceError, match="unstable size"):
            read(b"/sys/class/net/lo/mtu")

    def test_one_that_would_wait_for_ever(self) -> None:
        # Only the superuser may open this one at all; run_python has a time limit.
        result = run_python(READ, "/proc/kmsg")
        assert "cannot read: /proc/kmsg: " in result.stdout, result.stderr

    def test_one_that_cannot_be_read_at_all(self) -> None:
        with pytest.raises(SourceError):
            read(b"/proc/self/mem")


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")
    before = os.listdir("/proc/self/fd")
    read(tmp_path / "file")
    for bad in (tmp_path / "pipe", tmp_path, Path("/proc/self/maps")):
        with pytest.raises(SourceError):
            read(bad)
    assert os.listdir("/proc/self/fd") == before
