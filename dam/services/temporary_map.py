"""Maps and sets that may outgrow memory."""

import pickle
from collections.abc import Container, Iterator
from typing import Any, Generic, TypeVar

from dam.services.temporary_database import TemporaryDatabase

Key = TypeVar("Key", bytes, int)


class TemporaryMap(Container[Key], Generic[Key]):
    """Plain values by key. A few MiB are in memory; methods raise NoSpace if the rest finds no room."""

    def __init__(self) -> None:
        self._entries = TemporaryDatabase("CREATE TABLE entry (key PRIMARY KEY, value) WITHOUT ROWID")

    def put(self, key: Key, value: Any = None) -> None:
        """Set the value of a key."""
        data = None if value is None else pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        self._entries.execute("INSERT OR REPLACE INTO entry VALUES (?, ?)", key, data)

    def get(self, key: Key) -> Any:
        """Return the value of a key, None if there is none."""
        for (data,) in self._entries.rows("SELECT value FROM entry WHERE key = ?", key):
            return _value(data)
        return None

    def __contains__(self, key: object) -> bool:
        return bool(self._entries.rows("SELECT 1 FROM entry WHERE key = ?", key))

    def __len__(self) -> int:
        ((count,),) = self._entries.rows("SELECT count(*) FROM entry")
        return int(count)

    def values(self) -> Iterator[Any]:
        """Yield the values in the order of their keys; what is put meanwhile may come or not."""
        for page in self._entries.pages("entry", "key, value"):
            for _, data in page:
                yield _value(data)


def _value(data: bytes | None) -> Any:
    return None if data is None else pickle.loads(data)  # noqa: S301 - our own
