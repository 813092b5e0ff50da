"""What is mounted where, as the kernel tells it."""

import re
from dataclasses import dataclass

_TABLE = "/proc/self/mountinfo"
_ESCAPE = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True)
class Mount:
    """A file system, or a folder of one, at the path where it is seen."""

    path: bytes
    folder: bytes
    """What of the file system is mounted: `/` unless it is a part of one, by a bind mount."""
    kind: bytes
    """The file system's type, such as ext4."""


def mounts() -> list[Mount]:
    """Return everything that is mounted, in the order in which it was; nothing if nobody tells."""
    try:
        with open(_TABLE, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    return [mount for mount in map(_parse, lines) if mount is not None]


def mount_points() -> frozenset[bytes]:
    """Return the paths at which something is mounted."""
    return frozenset(mount.path for mount in mounts())


def _parse(line: bytes) -> Mount | None:
    """Return one line's mount: id, parent, device, folder, path, options..., `-`, type, source, options."""
    before, _, after = line.partition(b" - ")
    fields, kinds = before.split(b" "), after.split(b" ")
    return Mount(_plain(fields[4]), _plain(fields[3]), kinds[0]) if len(fields) > 4 else None


def _plain(escaped: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 8)]), escaped)
