"""One page of HTML that shows what finding duplicates answers, written while the groups come."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from dam.duplicates.appearance import Appearance
from dam.duplicates.group import Group, Likeness
from dam.duplicates.report_markup import Shown, Tally, group_section
from dam.duplicates.report_page import end, head, summary
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
) -> "Iterator[DuplicatesReport]":
    """Give a report to add groups to; it gets its name when the block ends, and is never there in part.

    `appearance` tells how an entity looks, and is asked only for those that are shown. At most `limit`
    groups are, and no more than fit into a page that a browser can open; the others are counted, and the
    page says how many they are. A report that is there already is replaced, with `overwrite` any other
    regular file too. Raises UsageError if that is not possible, NoSpace if the disk is full.
    """
    with new_file(path, _anything if overwrite else _only_a_report) as file:
        report = DuplicatesReport(file, appearance, title, limit)
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
        self, file: NewFile, appearance: Callable[[int], Appearance], title: str, limit: int
    ) -> None:
        self._file = file
        self._appearance = appearance
        self._limit = limit
        self._tallies = {likeness: Tally() for likeness in Likeness}
        self._shown = self._written = 0
        self._write(START)
        self._write(head(title))
        self._summary_at = self._written
        self._write(" " * _SUMMARY_BYTES + '\n<main id="groups" tabindex="-1">\n')

    def add(self, group: Group, assets: Iterable[Asset]) -> None:
        """Add a group with its assets: the best one's first, then the members' in their order."""
        tally = self._tallies[group.likeness]
        is_shown = self._shown < self._limit and self._written < _MOST_BYTES
        shown: list[Shown] = []
        files = saved = more = 0
        for member, asset in zip((None, *group.members), assets, strict=True):
            if group.likeness is Likeness.BYTES:
                files += len(asset.open_locations)
                saved += _saved_by_one_file(asset)
            else:
                files += 1
                saved += (asset.size or 0) if member else 0
            if is_shown and len(shown) < _MOST_PICTURES:
                shown.append(Shown(asset, self._appearance(asset.entity), member))
            else:
                more += 1
        tally.groups += 1
        tally.files += files
        tally.saved += saved
        if is_shown:
            self._shown += 1
            tally.shown += 1
            self._write(group_section(self._shown, group, shown, files=files, saved=saved, more=more))

    def finish(self) -> None:
        """Add what can be said only now; no more groups can be added."""
        self._write(end(self._tallies))
        made = f"Made {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        self._file.replace(self._summary_at, summary(made, self._tallies).encode())

    def _write(self, text: str | bytes) -> None:
        # Text from a plugin or a title may hold what UTF-8 cannot.
        data = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
        self._file.write(data)
        self._written += len(data)


def _saved_by_one_file(asset: Asset) -> int:
    """Return the bytes in all files of an asset but one; hard links to one file take no room."""
    files = {(place.row.inode, place.row.mtime_ns) for place in asset.open_locations}
    return max(len(files) - 1, 0) * (asset.size or 0)
