"""Recordings that resemble one, found through landmarks in the database."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from dam.core.component import Entity, table_of
from dam.core.database import Database
from dam.core.ledger import LedgerRow, Outcome, Run, SystemRow, write_runs
from dam.models.audio import AudioComponent
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent, fingerprint
from dam.models.audio.audio_landmark_component import AudioLandmarkComponent, choose_landmarks
from dam.models.chromaprint import SECONDS, Words, packed
from dam.search.compared import count_uncompared
from dam.search.similar_audio import RECORDINGS, AudioQuery, SimilarAudio, find_similar_audio

SETTINGS = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def track(seed: int, count: int = 400) -> Words:
    """Return words of which each differs from the one before in a few bits, as in music."""
    random = np.random.default_rng(seed)
    flips = np.zeros(count, dtype=np.uint32)
    for _ in range(5):
        flips ^= np.uint32(1) << random.integers(0, 32, count).astype(np.uint32)
    flips[0] = random.integers(0, 2**32)
    return np.bitwise_xor.accumulate(flips)


def worse(words: Words, share: float, seed: int = 0) -> Words:
    """Return words in which so many of the bits are turned over."""
    wrong = np.random.default_rng(seed).random((len(words), 32)) < share
    masks: Words = (wrong * (1 << np.arange(32))).sum(axis=1).astype(np.uint32)
    return words ^ masks


def record(database: Database, tracks: Iterable[Words]) -> list[int]:
    """Record fingerprints and landmarks as a visit does; return the entities."""
    entities = []
    with database.write() as session:
        for words in tracks:
            entity = session.execute(insert(table_of(Entity)).returning(Entity.id)).scalar_one()
            made = AudioFingerprintComponent(value=packed(words))
            rows = choose_landmarks(made)
            session.execute(insert(AudioComponent), [{"entity_id": entity, "media_type": "audio/mpeg"}])
            session.execute(insert(AudioFingerprintComponent), [{"entity_id": entity, "value": made.value}])
            if rows:
                landmarks = [{"entity_id": entity, "position": r.position, "word": r.word} for r in rows]
                session.execute(insert(AudioLandmarkComponent), landmarks)
            write_runs(session, [(entity, Run(fingerprint.name, fingerprint.version, Outcome.DONE))])
            entities.append(entity)
    return entities


def ask(database: Database, words: Words, entity: int | None = None, **options: float) -> SimilarAudio:
    with database.read() as session:
        return find_similar_audio(session, AudioQuery(packed(words), entity), **options)  # type: ignore[arg-type]


def test_the_same_in_another_encoding_is_found_and_nothing_else(database: Database) -> None:
    entities = record(database, [track(seed) for seed in range(20)])
    for seed in (3, 17):
        found = ask(database, worse(track(seed), 0.08))
        assert [match.entity for match in found.matches] == [entities[seed]]
        assert found.matches[0].relation == "same"
        assert found.matches[0].bit_error == pytest.approx(8, abs=1)
        assert abs(found.matches[0].offset) < SECONDS / 2


@SETTINGS
@given(start=st.integers(0, 300), length=st.integers(80, 100), seed=st.integers(0, 9))
def test_an_excerpt_of_ten_seconds_is_found_at_its_offset(
    database: Database, start: int, length: int, seed: int
) -> None:
    (entity,) = record(database, [track(seed + 100 * start)])
    found = ask(database, worse(track(seed + 100 * start)[start : start + length], 0.06))
    (match,) = [match for match in found.matches if match.entity == entity]
    assert match.relation in ("excerpt", "same")
    assert match.offset == pytest.approx(start * SECONDS)


def test_the_whole_is_found_by_what_it_was_cut_from_and_the_offset_is_negative(database: Database) -> None:
    (entity,) = record(database, [track(1)[100:200]])
    (match,) = ask(database, track(1)).matches
    assert (match.entity, match.relation, match.bit_error) == (entity, "whole", 0.0)
    assert match.offset == pytest.approx(-100 * SECONDS)


def test_a_recording_is_not_found_by_itself(database: Database) -> None:
    one, other = record(database, [track(1), worse(track(1), 0.02)])
    assert [match.entity for match in ask(database, track(1), one).matches] == [other]


def test_a_limit_keeps_the_best_and_counts_all(database: Database) -> None:
    entities = record(database, [worse(track(1), share) for share in (0.06, 0.0, 0.03)])
    found = ask(database, track(1), limit=2)
    assert [match.entity for match in found.matches] == [entities[1], entities[2]]
    assert found.found == 3


def test_the_threshold_is_in_per_cent_of_bits(database: Database) -> None:
    record(database, [worse(track(1), 0.10)])
    assert ask(database, track(1), bit_error=9).found == 0
    assert ask(database, track(1), bit_error=11).found == 1


def test_silence_and_tones_match_nothing_and_cost_no_landmark(database: Database) -> None:
    silence, tone = np.full(900, 627964279, dtype=np.uint32), np.full(900, 12345, dtype=np.uint32)
    record(database, [silence, tone, np.concatenate([silence, track(1), silence])])
    for plain in (silence, tone, silence[:50], track(1)[:5]):
        found = ask(database, plain)
        assert (found.matches, found.is_plain) == ([], True)
    with database.read() as session:
        assert set(session.scalars(select(AudioLandmarkComponent.entity_id))) == {3}
    found = ask(database, np.concatenate([silence, track(2), silence]))
    assert (found.matches, found.is_plain) == ([], False)


def test_short_recordings_are_found_too(database: Database) -> None:
    entities = record(database, [track(seed, 15) for seed in range(10)])
    for seed, entity in enumerate(entities):
        assert [match.entity for match in ask(database, worse(track(seed, 15), 0.03)).matches] == [entity]


def test_what_repeats_itself_is_found_where_it_fits_as_a_whole(database: Database) -> None:
    bar = track(1, 20)
    known = np.concatenate([np.tile(bar, 10), track(2, 100)])
    (entity,) = record(database, [known])
    (match,) = ask(database, worse(known[150:260], 0.03)).matches
    assert (match.entity, match.relation) == (entity, "excerpt")
    assert match.offset == pytest.approx(150 * SECONDS)


def test_fingerprints_of_another_version_are_not_compared_but_counted(database: Database) -> None:
    one, other = record(database, [track(1), track(1)])
    with database.write() as session:
        stale = update(LedgerRow).where(LedgerRow.entity_id == one).values(version=-1)
        session.execute(stale)
    found = ask(database, track(1))
    assert ([match.entity for match in found.matches], found.uncompared) == ([other], 1)


def test_what_cannot_be_decoded_is_not_waited_for_but_what_lacks_a_library_is(database: Database) -> None:
    with database.write() as session:
        for number, outcome in enumerate([*Outcome, None], start=1):
            session.add(Entity())
            session.flush()
            session.execute(insert(AudioComponent), [{"entity_id": number, "media_type": "audio/mpeg"}])
            if outcome:
                write_runs(session, [(number, Run(fingerprint.name, fingerprint.version, outcome, "why"))])
        assert count_uncompared(session, RECORDINGS) == 2
        assert session.scalar(select(SystemRow.name)) == fingerprint.name


def test_a_library_without_any_sound_finds_nothing(database: Database) -> None:
    assert ask(database, track(1)) == SimilarAudio()
