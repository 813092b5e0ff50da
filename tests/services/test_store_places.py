"""Which folders are stores, which become one, and which are refused untouched."""

import json
import os
import uuid
from pathlib import Path

import pytest

from dam.errors import NoLibrary, StoreError, UsageError
from dam.services.file_storage import create_store, open_store
from dam.services.stores.local_store import LocalStore
from dam.testing import fetch, put
from tests.services.processes import run_python, run_python_unprivileged, strace

UUID = "0d4a1f1e-6f1f-4a51-9d51-4a7a51d2b6ff"
CREATE = (
    "import sys; from dam.services.file_storage import create_store; create_store(sys.argv[1], sys.argv[2])"
)


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def write_marker(folder: Path, **changes: object) -> None:
    folder.mkdir(exist_ok=True)
    fields = {"uuid": UUID, "format": 1, "hash": "sha256", "created": "2026-01-01T00:00:00+00:00"} | changes
    (folder / "dam-store.json").write_text(json.dumps(fields))


class TestCreating:
    def test_a_new_store_says_what_it_is(self, tmp_path: Path) -> None:
        store = create_store(str(tmp_path / "new" / "folders" / "store"), UUID)
        marker = tmp_path / "new/folders/store/dam-store.json"
        fields = json.loads(marker.read_text())
        assert (store.uuid, store.scheme) == (UUID, "file")
        assert (fields["uuid"], fields["format"], fields["hash"]) == (UUID, 1, "sha256")
        assert marker.stat().st_mode & 0o777 == 0o444

    def test_creating_it_again_only_opens_it(self, tmp_path: Path) -> None:
        sha256 = put(create_store(str(tmp_path), UUID), [b"x"]).digests.sha256
        before = names_in(tmp_path)
        again = create_store(str(tmp_path), UUID)
        assert fetch(again, sha256) == b"x"
        assert names_in(tmp_path) == before

    def test_another_librarys_store_is_refused(self, tmp_path: Path) -> None:
        create_store(str(tmp_path), UUID)
        with pytest.raises(NoLibrary, match="belongs to another library"):
            create_store(str(tmp_path), str(uuid.uuid4()))
        assert open_store(str(tmp_path)).uuid == UUID

    @pytest.mark.parametrize("name", ["holiday.jpg", ".hidden", "objects/ab"])
    def test_a_folder_that_holds_something_else_is_refused_and_left_alone(
        self, name: str, tmp_path: Path
    ) -> None:
        (tmp_path / name).mkdir(parents=True)
        before = names_in(tmp_path)
        with pytest.raises(UsageError, match="the folder is not empty"):
            create_store(str(tmp_path), UUID)
        assert names_in(tmp_path) == before

    def test_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"mine")
        with pytest.raises(UsageError, match="is not a folder"):
            create_store(str(tmp_path / "file"), UUID)
        assert (tmp_path / "file").read_bytes() == b"mine"

    def test_a_freshly_formatted_disk_is_accepted(self, tmp_path: Path) -> None:
        (tmp_path / "lost+found").mkdir()
        assert create_store(str(tmp_path), UUID).uuid == UUID

    @pytest.mark.parametrize("call", ["mkdir", "fsync", "linkat", "unlink"])
    def test_killed_at_any_step_it_can_be_done_again(self, call: str, tmp_path: Path) -> None:
        for when in range(1, 20):
            root = tmp_path / str(when)
            kill = strace("-o", "/dev/null", "-e", f"inject={call}:signal=SIGKILL:when={when}")
            survived = run_python(CREATE, root, UUID, before=kill).returncode == 0
            store = create_store(str(root), UUID)
            store.sweep()
            put(store, [b"works"])
            del store
            assert not list((root / "tmp").iterdir())
            if survived:
                assert when > 1, "the first call was not hit at all"
                return
        pytest.fail("never came to its end")

    def test_where_nothing_may_be_written_it_is_an_error_of_the_store(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o555)
        result = run_python_unprivileged(CREATE, tmp_path / "store", UUID)
        assert f"StoreError: cannot create the store: {tmp_path}/store: permission denied" in result.stderr


class TestOpening:
    def test_a_folder_without_a_marker_is_no_store_and_stays_empty(self, tmp_path: Path) -> None:
        with pytest.raises(NoLibrary, match="no store here") as caught:
            open_store(str(tmp_path))
        assert caught.value.hint
        assert names_in(tmp_path) == []

    def test_a_missing_folder_is_no_store_and_is_not_made(self, tmp_path: Path) -> None:
        with pytest.raises(NoLibrary, match="no store here"):
            open_store(str(tmp_path / "missing"))
        assert names_in(tmp_path) == []

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "not json",
            "[]",
            "null",
            '"x"',
            "{}",
            '{"format": "1"}',
            "\ud800",
            "[" * 100_000,
            '{"format": 0}',
        ],
    )
    def test_a_marker_that_is_not_ours_is_refused(self, text: str, tmp_path: Path) -> None:
        (tmp_path / "dam-store.json").write_bytes(text.encode(errors="surrogatepass"))
        with pytest.raises(NoLibrary, match="its marker is not one of dam's"):
            open_store(str(tmp_path))

    @pytest.mark.parametrize("changes", [{"hash": "md5"}, {"uuid": ""}, {"uuid": 7}, {"uuid": None}])
    def test_a_marker_that_makes_no_sense_is_refused(
        self, changes: dict[str, object], tmp_path: Path
    ) -> None:
        write_marker(tmp_path, **changes)
        with pytest.raises(NoLibrary, match="its marker is not one of dam's"):
            open_store(str(tmp_path))

    def test_a_newer_format_is_refused(self, tmp_path: Path) -> None:
        write_marker(tmp_path, format=2, anything="new")
        with pytest.raises(NoLibrary, match="its format 2 is newer than this program") as caught:
            open_store(str(tmp_path))
        assert caught.value.hint == "update dam"

    def test_a_marker_that_is_a_link_or_a_folder_is_refused(self, tmp_path: Path) -> None:
        write_marker(tmp_path / "elsewhere")
        (tmp_path / "linked").mkdir()
        (tmp_path / "linked" / "dam-store.json").symlink_to(tmp_path / "elsewhere" / "dam-store.json")
        (tmp_path / "folder" / "dam-store.json").mkdir(parents=True)
        for name in ("linked", "folder"):
            with pytest.raises(NoLibrary, match="its marker cannot be read"):
                open_store(str(tmp_path / name))

    def test_another_store_than_the_expected_one_is_refused(self, tmp_path: Path) -> None:
        write_marker(tmp_path)
        assert open_store(str(tmp_path), expected_uuid=UUID).uuid == UUID
        with pytest.raises(NoLibrary, match="belongs to another library") as caught:
            open_store(str(tmp_path), expected_uuid="other")
        assert caught.value.hint is not None
        assert "other" in caught.value.hint

    def test_opening_changes_nothing(self, store: LocalStore) -> None:
        before = {path: path.stat().st_mtime_ns for path in Path(store.root).rglob("*")}
        open_store(store.url)
        assert before == {path: path.stat().st_mtime_ns for path in Path(store.root).rglob("*")}


class TestUrls:
    def test_a_relative_path_means_the_folder_of_now(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        store = create_store("store", UUID)
        monkeypatch.chdir("/")
        put(store, [b"x"])
        assert open_store(store.url).uuid == UUID

    def test_a_path_may_have_a_colon(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert create_store("photos:2024", UUID).url == f"file://{tmp_path}/photos%3A2024"

    def test_an_unknown_kind_of_store_is_a_usage_error(self) -> None:
        with pytest.raises(UsageError, match="no such kind of store: gopher") as caught:
            open_store("gopher://old/times")
        assert caught.value.hint == "kinds of store: file, memory"

    @pytest.mark.parametrize("url", ["file://otherhost/path", "file:relative", "file:"])
    def test_a_url_that_is_no_local_folder_is_a_usage_error(self, url: str) -> None:
        with pytest.raises(UsageError, match="not the URL of a local folder"):
            open_store(url)

    def test_a_memory_store_has_to_be_created_first_and_keeps_its_uuid(self) -> None:
        url = f"memory:{uuid.uuid4()}"
        with pytest.raises(NoLibrary, match="no such store in this process"):
            open_store(url)
        assert create_store(url, UUID) is create_store(url, UUID) is open_store(url)
        with pytest.raises(NoLibrary, match="belongs to another library"):
            create_store(url, "other")


class TestADiskThatGoesAway:
    """The folder of the store is suddenly empty, as an unmounted disk's mount point is."""

    @pytest.fixture
    def gone(self, store: LocalStore) -> LocalStore:
        self.sha256 = put(store, [b"x"]).digests.sha256
        os.rename(store.root, f"{store.root}.unmounted")
        os.mkdir(store.root)
        return store

    def test_nothing_reads_as_missing(self, gone: LocalStore) -> None:
        for ask in (gone.open, gone.size):
            with pytest.raises(NoLibrary, match="no store here"):
                ask(self.sha256)

    def test_nothing_is_written_into_the_mount_point(self, gone: LocalStore) -> None:
        for write in (lambda: put(gone, [b"y"]), lambda: gone.put_derived(b"y"), gone.sweep):
            with pytest.raises(NoLibrary, match="no store here"):
                write()
        assert names_in(Path(gone.root)) == []

    def test_a_group_is_not_published_into_another_store(self, store: LocalStore) -> None:
        staged = store.stage([b"x"])
        marker = Path(store.root) / "dam-store.json"
        marker.unlink()
        write_marker(Path(store.root), uuid="another")
        with pytest.raises(NoLibrary, match="another store is there now"):
            store.publish([staged])
        assert store._objects.size(staged.digests.sha256) is None

    def test_empty_folders_that_a_backup_left_out_are_made_again(self, store: LocalStore) -> None:
        for name in ("objects", "tmp", "derived", "quarantine"):
            os.rmdir(Path(store.root) / name)
        assert put(store, [b"x"]).created
        assert store.put_derived(b"y")

    def test_a_store_that_may_only_be_read_is_read(self, store: LocalStore) -> None:
        sha256 = put(store, [b"x"]).digests.sha256
        for path in [Path(store.root), *Path(store.root).rglob("*/")]:
            path.chmod(0o555)
        code = """
import sys
from dam.services.file_storage import open_store
from dam.testing import fetch
store = open_store(sys.argv[1])
print(fetch(store, bytes.fromhex(sys.argv[2])), store.open_derived(bytes(32)), store.sweep())
for write in (lambda: store.stage([b"y"]), lambda: store.put_derived(b"y")):
    try:
        write()
    except Exception as error:
        print(type(error).__name__, error)
"""
        result = run_python_unprivileged(code, store.root, sha256.hex())
        refused = f"StoreError cannot write to the store: {store.root}: permission denied"
        assert result.stdout.splitlines() == ["b'x' None 0", refused, refused], result.stderr


def test_a_folder_that_turns_into_a_file_is_an_error_of_the_store(store: LocalStore) -> None:
    os.rmdir(Path(store.root) / "tmp")
    (Path(store.root) / "tmp").write_bytes(b"")
    with pytest.raises(StoreError, match="not a directory"):
        store.stage([b"x"])
