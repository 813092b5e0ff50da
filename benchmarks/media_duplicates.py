"""Finding the same recordings and texts among made-up fingerprints: how long it takes, and what is found.

One in ten is there in another encoding. `--only '100 k'` asks for a hundred thousand.
"""

import resource
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figure import Figure
from benchmarks.recordings import track, worse
from benchmarks.workshop import Workshop
from dam.core.config import Settings
from dam.core.ledger import Outcome, system_ids
from dam.core.system import System
from dam.duplicates.criteria import Criteria
from dam.library import Library
from dam.models.audio.audio_fingerprint_component import fingerprint as fingerprint_sound
from dam.models.chromaprint import packed as packed_words
from dam.models.document.document_fingerprint_component import fingerprint as fingerprint_text
from dam.models.document.min_hash import packed as packed_signature

SIZES = {"10 k": 10_000, "100 k": 100_000}
QUICK = 1000
LIKES = 10
"""One in so many is like the one before it."""
_SHARE = 0.06
_SECONDS = 300.0
_MEMORY = 1000.0
_AT_ONCE = 5000
_ALIKE = 0.9


def run(workshop: Workshop) -> Iterator[Figure]:
    chosen = [workshop.only] if workshop.only else ["10 k"]
    for count in [QUICK] if workshop.quick else [SIZES[name] for name in chosen]:
        yield from _measured(workshop, count, "recordings", fingerprint_sound, "audio", _recording)
        yield from _measured(workshop, count, "texts", fingerprint_text, "document", _text)


def _recording(number: int) -> tuple[object, ...]:
    original = number - 1 if number % LIKES == 0 else number
    words = track(original)
    return (packed_words(words if original == number else worse(words, _SHARE, number)),)


def _text(number: int) -> tuple[object, ...]:
    original = number - 1 if number % LIKES == 0 else number
    least = np.random.default_rng((5, original)).integers(0, 1 << 32, 128, dtype=np.uint32)
    if original != number:
        source = np.random.default_rng((6, number))
        least = np.where(
            source.random(128) < _ALIKE, least, source.integers(0, 1 << 32, 128, dtype=np.uint32)
        )
    return packed_signature(least), 1000


def _measured(
    workshop: Workshop,
    count: int,
    what: str,
    system: System[..., Any],
    kind: str,
    make: Callable[[int], tuple[object, ...]],
) -> Iterator[Figure]:
    folder = workshop.new(what)
    folder.mkdir()
    settings = Settings(database_url=f"sqlite:///{folder}/dam.db", store=str(folder / "store"))
    Library.set_up(settings)
    with Library.open(settings) as library:
        _fill(library, system, kind, (make(number) for number in range(1, count + 1)))
        media = library.registry.component(kind)
        before, started = time.process_time(), time.perf_counter()
        groups = list(library.duplicates(Criteria(kinds=frozenset({media}))))  # type: ignore[arg-type]
        cpu, wall = time.process_time() - before, time.perf_counter() - started
    pairs = {(group.best, *(one.entity for one in group.members)) for group in groups}
    right = sum(
        (number - 1, number) in pairs or (number, number - 1) in pairs
        for number in range(LIKES, count + 1, LIKES)
    )
    name = f"find-duplicates among {count:,} {what}"
    yield Figure(f"{name}: wall", wall, "s", at_most=_SECONDS)
    yield Figure(f"{name}: CPU", cpu, "s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    yield Figure(f"{name}: largest memory until then", peak, "MB", at_most=_MEMORY)
    yield Figure(f"{name}: found", right / (count // LIKES), "", at_least=0.99)
    yield Figure(f"{name}: found, but others", len(pairs) - right, "groups", at_most=0)


def _fill(
    library: Library, system: System[..., Any], kind: str, prints: Iterable[tuple[object, ...]]
) -> None:
    """Write fingerprints straight into the tables, numbered from 1."""
    with library.world() as world:
        number = system_ids(world.session, [system.name])[system.name]
    path = library.database.sqlite_path
    assert path is not None
    connection = sqlite3.connect(Path(str(path)))
    for entity, values in enumerate(prints, start=1):
        done = (entity, number, system.version, Outcome.DONE.value)
        connection.execute("INSERT INTO entity (id) VALUES (?)", (entity,))
        connection.execute(f"INSERT INTO {kind} VALUES (?, 'any/thing')", (entity,))
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, NULL)", done)
        marks = ", ".join("?" * (len(values) + 1))
        connection.execute(f"INSERT INTO {kind}_fingerprint VALUES ({marks})", (entity, *values))
        if entity % _AT_ONCE == 0:
            connection.commit()
    connection.commit()
    connection.close()
