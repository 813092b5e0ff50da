"""The names in one open folder: which are files, which are folders, and why the rest is neither."""

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass

from dam.ingest.ignore_rules import IgnoreRules
from dam.ingest.listing import Candidate, FoundKind, Listing
from dam.ingest.own_files import OURS, Identity, OwnFiles, identity
from dam.services.file_facts import why_not_regular
from dam.services.os_errors import why

_KIND = 0o170000
"""What `stat.S_IFMT` masks, without the call."""
_LEADS_NOWHERE = {
    errno.ENOENT: "is a symbolic link to nothing",
    errno.ENOTDIR: "is a symbolic link to nothing",
    errno.ELOOP: "is a symbolic link to itself",
}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that a walk came by."""

    path: bytes
    identity: Identity | None
    """What it was when it was found; None for the one that was named."""
    parent: "Folder | None" = None
    rules: IgnoreRules | None = None
    """Those of the folders above it."""
    is_link: bool = False

    def is_its_own_ancestor(self) -> bool:
        """Tell whether it holds itself, as by way of a link."""
        above = self.parent
        while above is not None:
            if above.identity == self.identity:
                return True
            above = above.parent
        return False


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """A folder that is open, and what is to be known to judge the names in it."""

    folder: Folder
    descriptor: int
    inner: list[Folder]
    """Takes the folders in it."""
    rules: IgnoreRules | None
    own: OwnFiles
    database: frozenset[Identity]
    follow_links: bool

    def look_at(self, names: Sequence[bytes], listing: Listing) -> None:
        """Look at every name, and put it into the listing. This loop is what a walk costs."""
        look, descriptor, files = os.stat, self.descriptor, listing.files
        is_free, our_inodes = self.rules is None, {inode for _, inode in self.database | self.own.folders}
        for name in names:
            try:
                status = look(name, dir_fd=descriptor, follow_symlinks=False)
            except OSError as error:
                listing.others.append(self._judged(name, FoundKind.FAILED, why(error)))
                continue
            if is_free and status.st_mode & _KIND == stat.S_IFREG and status.st_ino not in our_inodes:
                files.append((name, status))
            else:
                self._judge(name, status, listing)

    def _judge(self, name: bytes, status: os.stat_result, listing: Listing) -> None:
        """Put a name into the listing that takes more than a look."""
        is_link = stat.S_ISLNK(status.st_mode) and self.follow_links
        problem: Candidate | None = None
        if is_link:
            try:
                status = os.stat(name, dir_fd=self.descriptor)
            except OSError as error:
                problem = self._judged(name, *why_unreachable(error))
        is_folder = stat.S_ISDIR(status.st_mode)
        if self.rules is not None and self.rules.ignore(name, is_folder=is_folder):
            listing.ignored += 1
            return
        if is_link and problem is None:
            problem = self._led_to_us(name, status)
        elif self.own.is_own(status):
            return
        if problem is None and not is_folder:
            problem = self._not_content(name, status)
        if problem is not None:
            listing.others.append(problem)
        elif not is_folder:
            listing.files.append((name, status))
        else:
            rules = self.rules.below(name) if self.rules else None
            self.inner.append(Folder(self._path(name), identity(status), self.folder, rules, is_link))

    def _led_to_us(self, name: bytes, target: os.stat_result) -> Candidate | None:
        """Return what to say of a link that leads into the library."""
        try:
            reason = self.own.claim_on_target(self._path(name), target)
        except OSError as error:
            return self._judged(name, FoundKind.FAILED, why(error))
        return self._judged(name, FoundKind.SKIPPED, reason) if reason else None

    def _not_content(self, name: bytes, status: os.stat_result) -> Candidate | None:
        reason = why_not_regular(status.st_mode)
        if reason is None and identity(status) in self.database:
            reason = OURS
        return self._judged(name, FoundKind.SKIPPED, reason) if reason else None

    def _judged(self, name: bytes, verdict: FoundKind, reason: str) -> Candidate:
        return Candidate(self._path(name), verdict, reason)

    def _path(self, name: bytes) -> bytes:
        return os.path.join(self.folder.path, name)


def why_unreachable(error: OSError) -> tuple[FoundKind, str]:
    """Return what to say of a symbolic link that could not be followed."""
    reason = _LEADS_NOWHERE.get(error.errno or 0)
    return (FoundKind.FAILED, why(error)) if reason is None else (FoundKind.SKIPPED, reason)
