"""Places of which a scan has found that nothing is there any more, until it is known where that went."""

import pickle
from collections.abc import Iterator

from dam.scan.record import Finding, Read
from dam.services.file_facts import FileFacts
from dam.services.temporary_database import TemporaryDatabase

_TABLE = """
CREATE TABLE missing (
    number INTEGER PRIMARY KEY, entity INTEGER, size INTEGER, look TEXT, digest BLOB, root INTEGER,
    finding BLOB, is_sought INTEGER
)
"""
_INDEXES = (
    "CREATE INDEX by_look ON missing (look)",
    "CREATE INDEX by_content ON missing (size, digest) WHERE is_sought",
)


class MissingPlaces:
    """Findings, and what they are recognised by, in a file that is gone with the process.

    Methods raise NoSpace if there is no room for it.
    """

    def __init__(self) -> None:
        self._missing = TemporaryDatabase(_TABLE, *_INDEXES)
        self.left = 0
        """How many have a known content and were not found."""

    def add(self, root: int, finding: Finding) -> None:
        """Take in a finding, and the number of the root it lies on."""
        place = finding.place
        look = _text(place.inode, place.size, place.mtime_ns)
        self._missing.execute(
            "INSERT INTO missing (entity, size, look, root, finding) VALUES (?, ?, ?, ?, ?)",
            place.entity_id,
            place.size,
            look,
            root,
            pickle.dumps(finding, protocol=pickle.HIGHEST_PROTOCOL),
        )

    def entities(self) -> Iterator[dict[int, int]]:
        """Yield the entity of each place by the number it has here, some at a time."""
        for page in self._missing.pages("missing", "number, entity"):
            yield dict(page)

    def seek(self, number: int, digest: bytes) -> None:
        """Say what the content of a place is: it can be found by that."""
        self._missing.execute("UPDATE missing SET digest = ?, is_sought = 1 WHERE number = ?", digest, number)
        self.left += 1

    def roots(self) -> list[int]:
        """Return the numbers of the roots on which there is any."""
        return [root for (root,) in self._missing.rows("SELECT DISTINCT root FROM missing")]

    def has_size(self, size: int) -> bool:
        """Tell whether a place is sought whose content has this size."""
        return bool(self._missing.rows("SELECT 1 FROM missing WHERE is_sought AND size = ? LIMIT 1", size))

    def has_look(self, facts: FileFacts) -> bool:
        """Tell whether a file looks as one that was at a missing place."""
        return bool(self._missing.rows("SELECT 1 FROM missing WHERE look = ? LIMIT 1", _look_of(facts)))

    def take(self, read: Read) -> tuple[int, Finding] | None:
        """Return a place that had this content, the very file's own if it is among them; it was found."""
        rows = self._missing.rows(
            "SELECT number, root, finding FROM missing WHERE is_sought AND size = ? AND digest = ?"
            " ORDER BY look != ?, number LIMIT 1",
            read.digests.size,
            read.digests.sha256,
            _look_of(read.facts),
        )
        if not rows:
            return None
        ((number, root, data),) = rows
        self._missing.execute("UPDATE missing SET is_sought = 0 WHERE number = ?", number)
        self.left -= 1
        return root, pickle.loads(data)  # noqa: S301 - our own

    def rest(self) -> Iterator[tuple[int, Finding]]:
        """Yield those that were not found, in the order in which they came."""
        for page in self._missing.pages("missing", "number, root, finding", where="is_sought IS NOT 0"):
            yield from ((root, pickle.loads(data)) for _, root, data in page)  # noqa: S301 - our own


def _look_of(facts: FileFacts) -> str:
    return _text(facts.inode, facts.size, facts.mtime_ns)


def _text(inode: int, size: int, mtime_ns: int) -> str:
    # As text: an inode may be larger than SQLite's numbers.
    return f"{inode} {size} {mtime_ns}"
