"""Recordings: how fast they are fingerprinted, and found among 100,000; what is found in other encodings.

The tracks to search among are made up: words of which each differs from the one before in a few bits, as in
music. Those that are encoded are made up, too, of chords; real ones sound better and are no harder to find.
"""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.figure import Figure
from benchmarks.workshop import Workshop
from dam.core.config import Settings
from dam.core.ledger import Outcome, system_ids
from dam.library import Library
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent, fingerprint
from dam.models.audio.samples import encoded, tune
from dam.models.chromaprint import Words, landmarks, packed
from dam.search.similar_audio import AudioQuery, find_similar_audio
from dam.testing import visit_bytes

TRACKS = 100_000
WORDS = 948
"""As many as two minutes have."""
RATE = 44100
_AT_ONCE = 1000
_EXCERPT = 60
"""Words of ten seconds."""
ENCODINGS = (
    ("libmp3lame", "mp3", 64000),
    ("libmp3lame", "mp3", 320000),
    ("aac", "adts", 48000),
    ("libopus", "ogg", 24000),
    ("flac", "flac", 0),
)


def run(workshop: Workshop) -> Iterator[Figure]:
    music = tune(1, 180, RATE)
    mp3 = encoded(music, rate=RATE, bit_rate=192000)
    visit_bytes("warm-up.mp3", mp3)
    seconds = statistics.median(_cpu(lambda: visit_bytes("a.mp3", mp3)) for _ in range(workshop.repetitions))
    yield Figure("MP3s of 3 minutes, visited by all systems", 1 / seconds, "a second and core", at_least=3)
    yield from _found(workshop)
    yield from _searched(workshop)


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _found(workshop: Workshop) -> Iterator[Figure]:
    """Look for recordings and excerpts in other encodings."""
    count = workshop.scaled(50, 5)
    found = excerpts = wrong = 0
    with _library(workshop.new("encoded")) as library:
        originals = [_print_of(encoded(tune(seed, 30), bit_rate=128000)) for seed in range(count)]
        _fill(library, originals)
        for seed in range(count):
            music = tune(seed, 30)
            codec, container, rate = ENCODINGS[seed % len(ENCODINGS)]
            start = 22050 * (seed % 15) + 7 * seed
            for piece in (music, music[start : start + 10 * 22050]):
                asked = _print_of(encoded(piece, codec, container, bit_rate=rate))
                with library.database.read() as session:
                    matches = find_similar_audio(session, AudioQuery(packed(asked))).matches
                is_found = seed + 1 in [match.entity for match in matches]
                found, excerpts = (
                    found + (is_found and piece is music),
                    excerpts + (is_found and piece is not music),
                )
                wrong += len(matches) - is_found
    yield Figure("recall of recordings in other encodings", found / count, "", at_least=0.99)
    yield Figure("recall of excerpts of 10 s in other encodings", excerpts / count, "", at_least=0.95)
    yield Figure("found, but other recordings", wrong, "recordings", at_most=0)


def _print_of(data: bytes) -> Words:
    made = visit_bytes("asked", data).products[AudioFingerprintComponent]
    return np.frombuffer(made[0]["value"], dtype="<u4").astype(np.uint32)


def _searched(workshop: Workshop) -> Iterator[Figure]:
    """Time queries for tracks, and for excerpts, with some of their bits turned over."""
    count = workshop.scaled(TRACKS, 1000)
    source = np.random.default_rng(3)
    with _library(workshop.new("tracks")) as library:
        _fill(library, (track(number) for number in range(count)))
        for what, length, share in (("2 minutes", WORDS, 0.05), ("10 seconds", _EXCERPT, 0.08)):
            times, hits = [], 0
            for number in source.integers(0, count, workshop.scaled(50, 5)).tolist():
                start = int(source.integers(0, WORDS - length + 1))
                asked = worse(track(number)[start : start + length], share, number)
                with library.database.read() as session:
                    before = time.perf_counter()
                    answer = find_similar_audio(session, AudioQuery(packed(asked)))
                    times.append(1000 * (time.perf_counter() - before))
                hits += number + 1 in [match.entity for match in answer.matches]
            yield Figure(f"a query of {what} among {count}", statistics.median(times), "ms", at_most=50)
            yield Figure(f"of {len(times)} such queries found", hits / len(times), "", at_least=0.95)


def track(number: int) -> Words:
    source = np.random.default_rng((9, number))
    flips = np.zeros(WORDS, dtype=np.uint32)
    for _ in range(4):
        flips ^= np.uint32(1) << source.integers(0, 32, WORDS).astype(np.uint32)
    flips[0] = source.integers(0, 1 << 32)
    return np.bitwise_xor.accumulate(flips)


def worse(words: Words, share: float, seed: int) -> Words:
    wrong = np.random.default_rng(seed).random((len(words), 32)) < share
    masks: Words = (wrong * (1 << np.arange(32))).sum(axis=1).astype(np.uint32)
    return words ^ masks


def _library(folder: Path) -> Library:
    folder.mkdir()
    settings = Settings(database_url=f"sqlite:///{folder}/dam.db", store=str(folder / "store"))
    Library.set_up(settings)
    return Library.open(settings)


def _fill(library: Library, tracks: "Iterator[Words] | list[Words]") -> None:
    """Write fingerprints and landmarks straight into the tables, numbered from 1."""
    with library.world() as world:
        number = system_ids(world.session, [fingerprint.name])[fingerprint.name]
    path = library.database.sqlite_path
    assert path is not None
    connection = sqlite3.connect(path)
    index = "CREATE INDEX ix_audio_landmark_word ON audio_landmark (word, entity_id, position)"
    connection.execute("DROP INDEX ix_audio_landmark_word")
    for entity, words in enumerate(tracks, start=1):
        done = (entity, number, fingerprint.version, Outcome.DONE.value)
        connection.execute("INSERT INTO entity (id) VALUES (?)", (entity,))
        connection.execute("INSERT INTO audio VALUES (?, 'audio/mpeg')", (entity,))
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, NULL)", done)
        connection.execute("INSERT INTO audio_fingerprint VALUES (?, ?)", (entity, packed(words)))
        rows = [(entity, position, word) for position, word in zip(*landmarks(words), strict=True)]
        connection.executemany("INSERT INTO audio_landmark VALUES (?, ?, ?)", rows)
        if entity % _AT_ONCE == 0:
            connection.commit()
    connection.execute(index)
    connection.commit()
    connection.close()
