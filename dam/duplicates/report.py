"""One page of HTML that shows what finding duplicates answers, written while the groups come."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from dam.core.matcher import Matcher
from dam.duplicates.appearance import Appearance
from dam.duplicates.group import Group, Likeness
from dam.duplicates.report_classes import report_classes
from dam.duplicates.report_markup import Shown, Tally, group_section
from dam.duplicates.report_page import end, head, summary
from dam.duplicates.savings import saved_with
from dam.models.asset import Asset
from dam.services.new_file import NewFile, new_file

START = b"<!doctype html>\n<!-- dam: report on duplicates -->\n"
"""What a report begins with, and nothing else does: only a report may be replaced by one."""
LIMIT = 500
_MOST_PICTURES = 50
_MOST_BYTES = 256 << 20
_SUMMARY_BYTES = 8192
"""Room in front of the groups for what is known only after the last of them."""


@contextmanager
def duplicates_report(
    path: bytes,
    appearance: Callable[[int], Appearance],
    *,
    title: str = "Duplicates",
    limit: int = LIMIT,
    overwrite: bool = False,
    new_since: datetime | None = None,
    matchers: Sequence[Matcher] = (),
) -> "Iterator[DuplicatesReport]":
    """Give a report to add groups to; it gets its name when the block ends, and is never there in part.

    `appearance` tells how an entity looks, and is asked only for those that are shown. At most `limit`
    groups are, and no more than fit into a page that a browser can open; the others are counted, and the
    page says how many they are. What is new since a moment is marked, if one is given. There is a class for
    each of the matchers. A report that is there already is replaced, with `overwrite` any other regular file
    too. Raises UsageError if that is not possible, NoSpace if the disk is full.
    """
    with new_file(path, _anything if overwrite else _only_a_report) as file:
        report = DuplicatesReport(file, appearance, title, limit, new_since, matchers)
        yield report
        report.finish()


def _anything(_: bytes) -> None:
    return None


def _only_a_report(path: bytes) -> str | None:
    with open(path, "rb") as file:
        return None if file.read(len(START)) == START else "it exists, and is no report"


class DuplicatesReport:
    """A page that grows by groups. Between two of them it keeps nothing but counts."""

    def __init__(
        self,
        file: NewFile,
        appearance: Callable[[int], Appearance],
        title: str,
        limit: int,
        new_since: datetime | None = None,
        matchers: Sequence[Matcher] = (),
    ) -> None:
        self._file = file
        self._appearance = appearance
        self._limit = limit
        self._new_since = new_since
        self._classes = report_classes(matchers)
        self._tallies = {likeness: Tally() for likeness in self._classes}
        self.shown = self._written = 0
        self._write(START)
        self._write(head(title, self._classes))
        self._summary_at = self._written
        self._write(" " * _SUMMARY_BYTES + '\n<main id="groups" tabindex="-1">\n')

    def add(self, group: Group, assets: Iterable[Asset]) -> None:
        """Add a group with its assets: the best one's first, then the members' in their order."""
        tally = self._tallies[group.likeness]
        is_shown = self.shown < self._limit and self._written < _MOST_BYTES
        shown: list[Shown] = []
        files = saved = more = 0
        for member, asset in zip((None, *group.members), assets, strict=True):
            files += len(asset.open_paths) if group.likeness is Likeness.BYTES else 1
            saved += saved_with(group.likeness, asset, is_best=member is None)
            if is_shown and len(shown) < _MOST_PICTURES:
                is_new = self._new_since is not None and asset.is_new_since(self._new_since)
                shown.append(Shown(asset, self._appearance(asset.entity), member, is_new))
            else:
                more += 1
        tally.groups += 1
        tally.files += files
        tally.saved += saved
        if is_shown:
            self.shown += 1
            tally.shown += 1
            about = self._classes[group.likeness]
            self._write(group_section(self.shown, group, about, shown, files=files, saved=saved, more=more))

    def finish(self) -> None:
        """Add what can be said only now; no more groups can be added."""
        self._write(end(self._tallies))
        made = f"Made {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        self._file.replace(self._summary_at, summary(made, self._tallies, self._classes).encode())

    def _write(self, text: str | bytes) -> None:
        # Text from a plugin or a title may hold what UTF-8 cannot.
        data = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
        self._file.write(data)
        self._written += len(data)
