"""Libraries of made-up pictures that have nothing but fingerprints: as many as wanted, in little time.

The rows go past the library's own code, straight into the tables that a search reads; what is packed
of them is packed by the project's own code.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dam
from dam.core.component import Fingerprint
from dam.core.database import Database
from dam.core.ledger import system_ids
from dam.library import Library
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.search.counting import pack_counts
from dam.search.packing import pack

FINGERPRINTS: tuple[type[Fingerprint], ...] = (
    ImagePHashComponent, ImageDHashComponent, ImageAHashComponent, ImagePDQComponent,
)  # fmt: skip
MADE_BY = (
    Path(__file__),
    Path(dam.__file__).parent / "migrations" / "versions",
    Path(dam.__file__).parent / "models" / "fingerprint_page.py",
    Path(dam.__file__).parent / "models" / "image" / "image_pdq_component.py",
)
"""The code that decides what a library holds: one that was kept from before it changed is not used again."""
_BLOCK = 65536
"""Assets that are written in one transaction."""
_DONE = 1

Hashes = NDArray[np.uint64]


def random_hashes(count: int, seed: int) -> Hashes:
    """Return 64-bit hashes of which every bit is set as often as not."""
    return np.random.default_rng(seed).integers(0, 1 << 64, size=count, dtype=np.uint64)


def skewed_hashes(count: int, seed: int) -> Hashes:
    """Return hashes as an aHash's are: one side of a picture is darker, so that neighbouring bits agree.

    Each is a half-plane of 8x8 greys with some noise, which is what a plain scene comes to.
    """
    source = np.random.default_rng(seed)
    found = np.empty(count, dtype=np.uint64)
    rows, columns = np.mgrid[-3.5:4, -3.5:4].reshape(2, 64)
    for start in range(0, count, _BLOCK):
        size = min(_BLOCK, count - start)
        angle, noise = source.uniform(0, 2 * np.pi, (size, 1)), source.normal(0, 1.5, (size, 64))
        greys = np.cos(angle) * rows + np.sin(angle) * columns + noise
        bits = np.packbits(greys > greys.mean(axis=1, keepdims=True), axis=1)
        found[start : start + size] = bits.view(">u8").ravel()
    return found


def fill(library: Library, count: int, seed: int = 1, *, likes: float = 0.0) -> float:
    """Add so many pictures with hashes, pack them, and return the CPU seconds that packing took.

    That share of them (`likes`) is like some other one: re-encoded, edited or cut a little.
    """
    source = np.random.default_rng(seed)
    systems = {system.name: system.version for system in library.registry.systems}
    with library.database.write() as session:
        ids = system_ids(session, systems)
    for start in range(1, count + 1, _BLOCK):
        entities = list(range(start, min(start + _BLOCK, count + 1)))
        with library.database.write() as session:
            write = _Writer(session.connection().connection.driver_connection)
            write.rows("entity", ("id",), ([n] for n in entities))
            write.rows("image", ("entity_id", "media_type"), ([n, "image/jpeg"] for n in entities))
            size = ("entity_id", "width", "height")
            write.rows("dimensions", size, ([n, 4000, 3000] for n in entities))
            digest = ("entity_id", "digest")
            write.rows("content_hash_sha256", digest, ([n, os.urandom(32)] for n in entities))
            hashes = _hashes(source, len(entities), likes)
            for fingerprint, plane in zip(FINGERPRINTS[:3], hashes, strict=False):
                rows = zip(entities, plane.view(np.int64).tolist(), strict=True)
                write.rows(fingerprint.__tablename__, ("entity_id", "value"), rows)
            data = np.ascontiguousarray(hashes[3:].T, dtype=">u8").tobytes()
            pdqs = ([n, data[32 * i : 32 * i + 32], 100] for i, n in enumerate(entities))
            write.rows("image_pdq", ("entity_id", "value", "quality"), pdqs)
            ledger = ("entity_id", "system_id", "version", "outcome")
            runs = [(ids[name], version, _DONE) for name, version in systems.items()]
            write.rows("ledger", ledger, ([n, *run] for n in entities for run in runs))
    _settle(library.database)
    before = time.process_time()
    pack(library.database, FINGERPRINTS)
    pack_counts(library.database, library.registry.kinds)
    taken = time.process_time() - before
    _settle(library.database)
    return taken


def _hashes(source: np.random.Generator, count: int, likes: float) -> Hashes:
    """Return three 64-bit hashes and the four words of PDQ for each, shape (7, count)."""
    hashes = source.integers(0, 1 << 64, size=(7, count), dtype=np.uint64)
    copies = int(count * likes)
    if not copies:
        return hashes
    originals = source.integers(copies, count, size=copies)
    # A change moves some bits in a hundred, of every hash about as many.
    moved = source.choice([0.06, 0.12, 0.2], size=(copies, 1))
    flips = np.packbits(source.random((copies, 7 * 64)) < moved, axis=1).view(np.uint64).T
    hashes[:, :copies] = hashes[:, originals] ^ flips
    return hashes


class _Writer:
    """Writes many rows by the driver's fastest way."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(columns)
        if isinstance(self._connection, sqlite3.Connection):
            marks = ", ".join("?" * len(columns))
            self._connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return
        with self._connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _settle(database: Database) -> None:
    """Let the database do now what it would do in quiet hours, and not while something is measured."""
    if (path := database.sqlite_path) is not None:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return
    with database.write() as session:
        driver: Any = session.connection().connection.driver_connection
        driver.commit()
        driver.autocommit = True
        try:
            driver.execute("VACUUM ANALYZE")
        finally:
            driver.autocommit = False
