"""The file that says: this folder is a store, and which one.

Without it nothing is read or written, so that an empty mount point reads as "the store is not there"
and never as "everything was deleted".
"""

import json
import os
from datetime import UTC, datetime

from dam.errors import NoLibrary
from dam.services.os_errors import why
from dam.services.stores.file_system import THIS_SYSTEM, FileSystem

MARKER = "dam-store.json"
FORMAT = 1
_MOST_BYTES = 65536


def read_marker(root: str, files: FileSystem = THIS_SYSTEM) -> str:
    """Return the UUID of the store in the folder `root`.

    Raises NoLibrary if there is no marker, or none that this program can work with.
    """
    try:
        data = _read(files, os.path.join(root, MARKER))
    except FileNotFoundError:
        raise _refusal(
            root, "no store here", "is its disk mounted? otherwise run: dam-cli setup-db"
        ) from None
    except OSError as error:
        raise _refusal(root, f"its marker cannot be read: {why(error)}", _LOOK_AT_IT) from error
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or not isinstance(fields.get("format"), int):
        raise _refusal(root, "its marker is not one of dam's", _LOOK_AT_IT)
    if fields["format"] > FORMAT:
        raise _refusal(root, f"its format {fields['format']} is newer than this program", "update dam")
    if fields["format"] != FORMAT or fields.get("hash") != "sha256" or not _is_uuid(fields.get("uuid")):
        raise _refusal(root, "its marker is not one of dam's", _LOOK_AT_IT)
    return str(fields["uuid"])


def marker_bytes(uuid: str) -> bytes:
    """Return the marker of a new store."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    fields = {"uuid": uuid, "format": FORMAT, "hash": "sha256", "created": created}
    return json.dumps(fields, indent=2).encode() + b"\n"


_LOOK_AT_IT = f"look at {MARKER} in that folder"


def _read(files: FileSystem, path: str) -> bytes:
    descriptor = files.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with files.reader(descriptor) as file:
        return file.read(_MOST_BYTES)


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _refusal(root: str, reason: str, hint: str) -> NoLibrary:
    return NoLibrary(f"cannot open the store: {root}: {reason}", hint=hint)
