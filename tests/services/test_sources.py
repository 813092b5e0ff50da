"""Where workers get bytes from: what is given is the entity's content, or it is an error."""

import hashlib
import os
import pickle
from collections.abc import Callable
from io import SEEK_END
from pathlib import Path

import pytest

from dam.core.content import Source
from dam.errors import IntegrityError, SourceUnreachable
from dam.services.sources import MOST_IN_MEMORY, InPlaceSource, StoredSource
from dam.services.stores.local_store import LocalStore
from dam.testing import NOTHING_HAS_THIS, put
from tests.services.object_path import object_path
from tests.services.processes import run_python_unprivileged


def in_place(path: Path) -> InPlaceSource:
    """Return the source of a file as it is now."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return InPlaceSource(os.fsencode(path), digest, path.stat().st_size)


def read(source: Source) -> bytes:
    with source.content() as content, content.open() as file:
        data = file.read()
        assert len(data) == content.size
        return data


class TestFromTheStore:
    def test_the_bytes_are_the_stored_ones(self, store: LocalStore) -> None:
        digests = put(store, [b"stored"]).digests
        source = StoredSource(store, digests.sha256, digests.size)
        assert read(source) == read(pickle.loads(pickle.dumps(source))) == b"stored"

    def test_missing_bytes_are_an_integrity_error(self, store: LocalStore) -> None:
        with pytest.raises(IntegrityError, match="missing from the store"):
            read(StoredSource(store, NOTHING_HAS_THIS, 1))

    def test_bytes_of_another_size_are_an_integrity_error(self, store: LocalStore) -> None:
        digests = put(store, [b"stored"]).digests
        with pytest.raises(IntegrityError, match="has 6 bytes instead of 7"):
            read(StoredSource(store, digests.sha256, 7))

    @pytest.mark.parametrize("size", [10, MOST_IN_MEMORY + 10])
    def test_other_bytes_of_the_same_size_are_an_integrity_error(self, store: LocalStore, size: int) -> None:
        digests = put(store, [b"the head", bytes(size - 8)]).digests
        source = StoredSource(store, digests.sha256, digests.size)
        with source.content() as content:
            assert content.head(8) == b"the head"
        path = object_path(store, digests.sha256)
        path.chmod(0o644)
        with path.open("r+b") as file:
            file.write(b"THE")
        with pytest.raises(IntegrityError, match="is damaged in the store"):
            read(source)


@pytest.fixture(params=["small", "large"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that fits into memory, and one that is not read into it."""
    path = tmp_path / "file"
    path.write_bytes(b"the head")
    if request.param == "large":
        os.truncate(path, MOST_IN_MEMORY + 1)
    return path


class TestInPlace:
    def test_the_bytes_are_the_files_and_can_be_read_again(self, path: Path) -> None:
        source = in_place(path)
        with source.content() as content:
            assert content.size == path.stat().st_size
            assert content.head(8) == content.head(8) == b"the head"
            with content.open() as one, content.open() as other:
                assert one.seek(0, SEEK_END) == content.size
                assert other.read(3) == b"the"

    def test_it_pickles(self, path: Path) -> None:
        source = in_place(path)
        assert pickle.loads(pickle.dumps(source)) == source

    def test_a_file_of_another_size_is_not_the_content(self, path: Path) -> None:
        source = in_place(path)
        with path.open("ab") as file:
            file.write(b"more")
        self.is_not_the_content(source)

    def test_a_file_of_the_same_size_with_other_bytes_is_not_the_content(self, path: Path) -> None:
        source = in_place(path)
        with path.open("r+b") as file:
            file.write(b"THE")
        self.is_not_the_content(source)

    @pytest.mark.parametrize(
        "replace", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/proc/version")]
    )
    def test_what_became_something_else_is_not_the_content(
        self, replace: Callable[[Path], None], path: Path
    ) -> None:
        source = in_place(path)
        path.unlink()
        replace(path)
        self.is_not_the_content(source)

    def test_what_became_a_link_to_it_is_still_the_content(self, path: Path) -> None:
        source = in_place(path)
        path.symlink_to(path.rename(path.with_name("elsewhere")))
        read(source)

    def test_a_link_that_leads_nowhere_is_unreachable(self, path: Path) -> None:
        source = in_place(path)
        path.unlink()
        path.symlink_to("elsewhere")
        with pytest.raises(SourceUnreachable, match="no such file or directory"):
            read(source)

    def test_a_missing_file_is_unreachable(self, path: Path) -> None:
        source = in_place(path)
        path.unlink()
        with pytest.raises(SourceUnreachable, match="no such file or directory"):
            read(source)

    def test_a_forbidden_file_is_unreachable(self, path: Path) -> None:
        source = in_place(path)
        path.chmod(0)
        code = "import pickle, sys\nwith pickle.loads(bytes.fromhex(sys.argv[1])).content(): pass"
        result = run_python_unprivileged(code, pickle.dumps(source).hex())
        assert f"SourceUnreachable: cannot read: {path}: permission denied" in result.stderr

    def test_no_descriptor_is_left_open(self, path: Path) -> None:
        before = os.listdir("/proc/self/fd")
        read(in_place(path))
        with pytest.raises(ZeroDivisionError), in_place(path).content():
            raise ZeroDivisionError
        assert os.listdir("/proc/self/fd") == before

    def is_not_the_content(self, source: InPlaceSource) -> None:
        with pytest.raises(IntegrityError, match="is no longer the content it was"):
            read(source)


class TestInPlaceAndChangedDuringTheVisit:
    def test_a_small_file_was_read_already(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"before")
        with in_place(path).content() as content:
            path.write_bytes(b"after!")
            assert content.head() == b"before"

    def test_what_was_made_of_a_large_file_is_not_trusted(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"before")
        os.truncate(path, MOST_IN_MEMORY + 1)
        visit = in_place(path).content()
        assert visit.__enter__().head(6) == b"before"
        with path.open("r+b") as file:
            file.write(b"after!")
        with pytest.raises(SourceUnreachable, match="changed while it was being read"):
            visit.__exit__(None, None, None)

    def test_a_large_file_that_loses_its_name_is_still_the_one_that_was_opened(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"before")
        os.truncate(path, MOST_IN_MEMORY + 1)
        visit = in_place(path).content()
        content = visit.__enter__()
        path.unlink()
        path.write_bytes(b"after!")
        assert content.head(6) == b"before"
        with pytest.raises(SourceUnreachable):
            visit.__exit__(None, None, None)
