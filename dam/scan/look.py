"""Looking at known places, a folder at a time, without opening any file.

Only one thing is called gone: a name of which a folder that can be read, on the file system that is
meant, says that it has no such file. Every other answer is no answer.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from dam.ingest.own_files import Identity
from dam.models.file_location_component import KnownPlace
from dam.scan.roots import OpenRoot
from dam.services.deep_paths import open_path
from dam.services.file_facts import FileFacts, why_not_regular
from dam.services.os_errors import why

_COVERED = "something else is mounted over it"
_LEADS_NOWHERE = "lies behind a symbolic link that leads nowhere"


class Look(Enum):
    """What a look at a place gives."""

    SAME = auto()
    OTHER = auto()
    """A regular file of another size, time or inode."""
    GONE = auto()
    OUT_OF_REACH = auto()
    """It is on something that is not there now."""
    UNREADABLE = auto()


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of one place."""

    look: Look
    reason: str | None = None


_SAME, _OTHER, _GONE = Sight(Look.SAME), Sight(Look.OTHER), Sight(Look.GONE)


@dataclass(frozen=True, slots=True)
class FolderSight:
    """What was seen of a folder's places, in their order."""

    sights: Sequence[Sight]
    unknown_files: int = 0
    nearest: bytes | None = None
    """The folder itself, or if it is gone the closest one above it that is there; None if nobody can tell."""


def look_at_folder(
    root: OpenRoot, path: bytes, places: Sequence[KnownPlace], own: frozenset[Identity], *, whole: bool = True
) -> FolderSight:
    """Look at these places in the folder of that path below the root; count files that are none of them.

    With `whole=False` they are not all that is known there, and nothing is counted.
    """
    if root.is_covered(path):
        return _all(Sight(Look.OUT_OF_REACH, _COVERED), len(places))
    try:
        descriptor = open_path(path or b".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root.descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return _look_above(root, path, len(places))
    except OSError as error:
        return _all(Sight(Look.UNREADABLE, why(error)), len(places))
    try:
        if os.fstat(descriptor).st_dev != root.device:
            return _all(Sight(Look.OUT_OF_REACH, _COVERED), len(places))
        sights = [_look(descriptor, place) for place in places]
        unknown, failure = _list(descriptor, {os.fsdecode(place.name) for place in places}, own)
    except OSError as error:
        return _all(Sight(Look.UNREADABLE, why(error)), len(places))
    finally:
        os.close(descriptor)
    if failure is not None:
        # A folder that does not tell all its names is not believed when it says that it has not got one.
        doubt = Sight(Look.UNREADABLE, why(failure))
        sights = [doubt if sight.look is Look.GONE else sight for sight in sights]
    return FolderSight(sights, unknown if whole else 0, path)


def has_any_of(root: OpenRoot, path: bytes, places: Sequence[KnownPlace]) -> bool:
    """Tell whether one of these places is there with its size and time: then the root is the one meant."""
    if root.is_covered(path):
        return False
    try:
        descriptor = open_path(path or b".", os.O_PATH | os.O_DIRECTORY, dir_fd=root.descriptor)
    except OSError:
        return False
    try:
        return os.fstat(descriptor).st_dev == root.device and any(
            _is_recognised(descriptor, place) for place in places
        )
    finally:
        os.close(descriptor)


def _look(descriptor: int, place: KnownPlace) -> Sight:
    try:
        status = os.stat(place.name, dir_fd=descriptor, follow_symlinks=False)
    except FileNotFoundError:
        return _GONE
    except OSError as error:
        return Sight(Look.UNREADABLE, why(error))
    if stat.S_ISLNK(status.st_mode):
        return _look_through_link(descriptor, place)
    reason = why_not_regular(status.st_mode)
    if reason is not None:
        return Sight(Look.GONE, f"{reason} now")
    return _SAME if _is_same(place, status) else _OTHER


def _look_through_link(descriptor: int, place: KnownPlace) -> Sight:
    """Look at what a link leads to: with `--follow-links` that is what was added under its name."""
    try:
        status = os.stat(place.name, dir_fd=descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return Sight(Look.OUT_OF_REACH, _LEADS_NOWHERE)
    except OSError as error:
        return Sight(Look.UNREADABLE, why(error))
    if not stat.S_ISREG(status.st_mode) or status.st_ino != place.inode:
        return Sight(Look.GONE, "is a symbolic link now")
    return _SAME if _is_same(place, status) else _OTHER


def _is_same(place: KnownPlace, status: os.stat_result) -> bool:
    if place.size != status.st_size or place.inode != status.st_ino:
        return False
    if place.mtime_ns == status.st_mtime_ns and place.ctime_ns == status.st_ctime_ns:
        return True
    facts = FileFacts.of(status)  # Moments too far away for the database are kept as others.
    return (place.mtime_ns, place.ctime_ns) == (facts.mtime_ns, facts.ctime_ns)


def _is_recognised(descriptor: int, place: KnownPlace) -> bool:
    try:
        facts = FileFacts.of(os.stat(place.name, dir_fd=descriptor))
    except OSError:
        return False
    return (facts.size, facts.mtime_ns) == (place.size, place.mtime_ns)


def _list(descriptor: int, known: set[str], own: frozenset[Identity]) -> tuple[int, OSError | None]:
    """Return how many regular files are there that are neither known nor the library's own."""
    own_inodes = {inode for _, inode in own}
    count = 0
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                if entry.name not in known and entry.is_file(follow_symlinks=False):
                    count += entry.inode() not in own_inodes
    except OSError as error:
        return count, error
    return count, None


def _look_above(root: OpenRoot, path: bytes, count: int) -> FolderSight:
    """Say why there is no folder at a path: the first of those above it that is there knows."""
    below = path
    try:
        while below:
            above, name = os.path.split(below)
            try:
                descriptor = open_path(above or b".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root.descriptor)
            except (FileNotFoundError, NotADirectoryError):
                below = above
                continue
            try:
                return _all(_look_for_folder(root, descriptor, name), count, nearest=above)
            finally:
                os.close(descriptor)
    except OSError as error:
        return _all(Sight(Look.UNREADABLE, why(error)), count)
    return _all(Sight(Look.UNREADABLE, "the mount point was removed"), count)


def _look_for_folder(root: OpenRoot, descriptor: int, name: bytes) -> Sight:
    if os.fstat(descriptor).st_dev != root.device:
        return Sight(Look.OUT_OF_REACH, _COVERED)
    try:
        mode = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode
    except FileNotFoundError:
        with os.scandir(descriptor) as entries:  # Raises if it cannot tell.
            next(entries, None)
        return _GONE
    if stat.S_ISLNK(mode):
        return Sight(Look.OUT_OF_REACH, _LEADS_NOWHERE)
    if stat.S_ISDIR(mode):
        return Sight(Look.UNREADABLE, "came while it was being looked for")
    return _GONE


def _all(sight: Sight, count: int, *, nearest: bytes | None = None) -> FolderSight:
    return FolderSight([sight] * count, nearest=nearest if sight.look is Look.GONE else None)
