"""Where a local store is: its URL, and how a folder becomes one."""

import os
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit
from uuid import uuid4

from dam.errors import NoLibrary, UsageError
from dam.services.os_errors import store_errors
from dam.services.stores.derived_files import DERIVED
from dam.services.stores.durable_files import (
    fsync_directories,
    fsync_files,
    link_without_overwriting,
    make_directories_durably,
    make_directory,
    write_fully,
)
from dam.services.stores.file_system import THIS_SYSTEM, FileSystem
from dam.services.stores.marker import MARKER, marker_bytes, read_marker
from dam.services.stores.object_files import OBJECTS, QUARANTINE
from dam.services.stores.writer_folder import WriterFolder

TEMPORARY = "tmp"
_FOLDERS = (OBJECTS, DERIVED, QUARANTINE, TEMPORARY)
# A killed attempt leaves our empty folders behind; a fresh ext file system has lost+found.
_HARMLESS = frozenset({*_FOLDERS, "lost+found"})


def path_of(url: str) -> str:
    """Return the absolute path that a plain path or a `file:` URL means. Raises UsageError."""
    if not url.startswith("file:"):
        return os.path.abspath(url)
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
        raise UsageError(f"cannot open the store: {url}: not the URL of a local folder", hint="file:///path")
    return os.path.abspath(os.fsdecode(unquote_to_bytes(parts.path)))


def url_of(path: str) -> str:
    """Return the URL of an absolute path, also of one that is not UTF-8."""
    return "file://" + quote_from_bytes(os.fsencode(path))


def prepare_folder(root: str, uuid: str, files: FileSystem = THIS_SYSTEM) -> None:
    """Make the folder `root` the store `uuid`, marker last, and wait until that is on the disk.

    Doing it again does nothing. Raises UsageError if the folder holds something else, NoLibrary if it
    holds another store, StoreError and NoSpace.
    """
    with store_errors("cannot create the store", root):
        if not os.path.lexists(os.path.join(root, MARKER)):
            _refuse_foreign(root)
            make_directories_durably(files, root)
            for name in _FOLDERS:
                make_directory(files, os.path.join(root, name))
            _write_marker(files, root, uuid)
        if read_marker(root, files) != uuid:
            raise NoLibrary(f"cannot create the store: {root}: it belongs to another library")
        # Also if it was there: who wrote it may have been killed before this.
        fsync_directories(files, {root, os.path.dirname(root)})


def _refuse_foreign(root: str) -> None:
    if not os.path.lexists(root):
        return
    if not os.path.isdir(root):
        raise UsageError(f"cannot create the store: {root}: is not a folder")
    objects = os.path.join(root, OBJECTS)
    if not set(os.listdir(root)) <= _HARMLESS or (os.path.lexists(objects) and os.listdir(objects)):
        raise UsageError(
            f"cannot create the store: {root}: the folder is not empty",
            hint="choose a new or an empty folder",
        )


def _write_marker(files: FileSystem, root: str, uuid: str) -> None:
    folder = WriterFolder.create(files, os.path.join(root, TEMPORARY))
    try:
        temporary = f"{folder.path}/{uuid4().hex}"
        descriptor = files.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            write_fully(files, descriptor, marker_bytes(uuid))
            files.fchmod(descriptor, 0o444)
        finally:
            files.close(descriptor)
        fsync_files(files, [temporary])
        fsync_directories(files, {root})
        # If another process was faster, its marker stays, and the caller looks whose it is.
        link_without_overwriting(files, temporary, os.path.join(root, MARKER))
    finally:
        folder.remove()
