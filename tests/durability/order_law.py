"""The order law over a whole add: bytes durable, name durable, row durable, and only then say so.

A killed process cannot show that a sync is missing, since the kernel outlives it. What a power cut may
take can be read off a trace, though: whatever was not synced when the next step relied on it.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.durability.invariants import object_path
from tests.durability.system_call_trace import Call

_SYNCS = {"fsync", "fdatasync"}
_SYNCS_OF_EVERYTHING = {"syncfs"}
_NOTHING = hashlib.sha256().hexdigest()
"""The name of an empty file, of which nothing needs writing."""
_WRITES = {"write", "writev", "pwrite64", "pwritev", "pwritev2", "copy_file_range", "sendfile"}
_MAKING_NAMES = {"link", "linkat", "rename", "renameat", "renameat2"}

TRACED = (
    "open,openat,write,writev,pwrite64,pwritev,fsync,fdatasync,syncfs,link,linkat,rename,renameat,renameat2,"
    "mkdir,mkdirat"
)
"""The calls that a trace must have, with everything written, for this law to be checked."""


def breaches_of_order(calls: Sequence[Call], database: Path, store: Path) -> list[str]:
    """Return every step that relied on something which a power cut could still have taken.

    The library must have been empty before.
    """
    breaches: list[str] = []
    for call, acknowledged in _acknowledgements(calls):
        if acknowledged["sha256"] is not None:
            law = _OrderLaw(calls, database, store, acknowledged["sha256"])
            breaches += [f"{acknowledged['path']}: {breach}" for breach in law.breaches(call)]
    return breaches


def acknowledged_in(calls: Sequence[Call]) -> list[dict[str, Any]]:
    """Return what was acknowledged on stdout, in its order."""
    return [acknowledged for _, acknowledged in _acknowledgements(calls)]


def _acknowledgements(calls: Sequence[Call]) -> Iterator[tuple[Call, dict[str, Any]]]:
    for call in calls:
        if call.name == "write" and call.descriptor == "1":
            for line in call.strings[0].splitlines():
                yield call, json.loads(line)


class _OrderLaw:
    """The law for one content."""

    def __init__(self, calls: Sequence[Call], database: Path, store: Path, sha256: str) -> None:
        self.calls = calls
        self.store = store
        self.name = str(object_path(store, sha256))
        wal = f"{database}-wal"
        self.rows = [
            call
            for call in calls
            if call.name in _WRITES
            and call.file in {wal, str(database)}
            and any(bytes.fromhex(sha256) in data for data in call.strings)
        ]

    def breaches(self, acknowledgement: Call) -> Iterator[str]:
        if not self.rows or not self.rows[0].ended < acknowledgement.begun:
            yield "acknowledged before its row was written"
            return
        row = self.rows[0]
        if not self._is_synced(str(row.file), after=row, before=acknowledgement):
            yield "acknowledged before its row was durable"
        named = [call for call in self._named() if call.ended < row.begun]
        if not named:
            yield "its row was written before its bytes had a name"
            return
        yield from self._breaches_of_bytes(named[0])
        yield from self._breaches_of_names(named[0], row)

    def _named(self) -> list[Call]:
        return [
            call
            for call in self.calls
            if call.name in _MAKING_NAMES and call.succeeded and call.strings[1] == os.fsencode(self.name)
        ]

    def _breaches_of_bytes(self, named: Call) -> Iterator[str]:
        temporary = os.fsdecode(named.strings[0])
        writes = [call for call in self.calls if call.name in _WRITES and call.file == temporary]
        if os.path.basename(self.name) == _NOTHING:
            return
        if not writes:
            yield "it was named without having been written"
        elif not self._is_synced(temporary, after=writes[-1], before=named, watched_from=writes[0]):
            yield "it was named before its bytes were durable"

    def _breaches_of_names(self, named: Call, row: Call) -> Iterator[str]:
        if not self._is_synced(os.path.dirname(self.name), after=named, before=row):
            yield "its row was written before its name was durable"
        for made in self.calls:
            if not (made.name.startswith("mkdir") and made.succeeded):
                continue
            folder = os.fsdecode(made.strings[0])
            if self.name.startswith(f"{folder}/") and not self._is_synced(
                os.path.dirname(folder), after=made, before=row
            ):
                where = os.path.relpath(folder, self.store)
                yield f"its row was written before the new folder {where} was durable"

    def _is_synced(self, path: str, *, after: Call, before: Call, watched_from: Call | None = None) -> bool:
        return any(
            call.succeeded
            and after.ended < call.begun
            and call.ended < before.begun
            and (
                (call.name in _SYNCS and call.file == path)
                or (call.name in _SYNCS_OF_EVERYTHING and self._covers(call, path, watched_from or after))
            )
            for call in self.calls
        )

    def _covers(self, sync: Call, path: str, watched_from: Call) -> bool:
        """Tell whether a sync waits for the file system of `path` and hears of errors since a call."""
        opened = [
            call
            for call in self.calls
            if call.name.startswith("open")
            and call.ended < sync.begun
            and call.result == sync.descriptor
            and call.strings[0] == os.fsencode(sync.file or "")
        ]
        same_device = os.stat(sync.file or "").st_dev == os.stat(os.path.dirname(self.name)).st_dev
        return same_device and bool(opened) and opened[-1].ended < watched_from.begun
