"""Films that resemble one, found through landmarks in the database, on made-up hashes."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from dam.core.component import Component, Entity, table_of
from dam.core.database import Database
from dam.core.ledger import LedgerRow, Outcome, Run, write_runs
from dam.models.chromaprint import packed as packed_sound
from dam.models.video import VideoComponent
from dam.models.video.film_alignment import LEAST, SHARE, Film, best_video_alignment
from dam.models.video.frame_hashes import RATE, unpacked
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent, fingerprint
from dam.models.video.video_landmark_component import VideoLandmarkComponent, choose_landmarks
from dam.models.video.video_sound_component import VideoSoundComponent, listen
from dam.search.compared import count_uncompared
from dam.search.similar_video import FILMS, SimilarVideo, VideoQuery, find_similar_video
from tests.search.test_similar_audio import track, worse

Hashes = npt.NDArray[np.uint8]
SETTINGS = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def film(seed: int, seconds: int = 60) -> Hashes:
    """Return a hash for each quarter of a second: shots of three seconds in which a little changes."""
    random = np.random.default_rng(seed)
    shots = np.repeat(random.integers(0, 256, (seconds // 3 + 1, 32), dtype=np.uint8), 3 * RATE, axis=0)
    return shots[: seconds * RATE] ^ flips(random, seconds * RATE, 0.02)


def flips(random: np.random.Generator, count: int, share: float) -> Hashes:
    return np.packbits(random.random((count, 256)) < share, axis=1)


def noisy(hashes: Hashes, share: float = 0.08, seed: int = 0) -> Hashes:
    return hashes ^ flips(np.random.default_rng(seed), len(hashes), share)


def value_of(hashes: Hashes, quality: int = 90, every: int = 1) -> bytes:
    return b"".join(
        moment.to_bytes(4, "little") + bytes([quality]) + hashes[moment].tobytes()
        for moment in range(0, len(hashes), every)
    )


def record(
    database: Database, values: Iterable[bytes], sound: bytes = b"", tight: bytes | None = None
) -> list[int]:
    """Record fingerprints, landmarks and sounds as a visit does; return the entities."""
    entities = []
    with database.write() as session:

        def add(component: type[Component], **values: object) -> None:
            session.execute(insert(component), [{"entity_id": entity, **values}])

        for value in values:
            entity = session.execute(insert(table_of(Entity)).returning(Entity.id)).scalar_one()
            made = VideoFingerprintComponent(value=value, tight=tight, dense_until=None)
            add(VideoComponent, media_type="video/mp4")
            add(VideoFingerprintComponent, value=value, tight=tight, dense_until=None)
            for row in choose_landmarks(made):
                add(VideoLandmarkComponent, position=row.position, word=row.word)
            runs = [(entity, Run(fingerprint.name, fingerprint.version, Outcome.DONE))]
            if sound:
                add(VideoSoundComponent, value=sound)
                runs.append((entity, Run(listen.name, listen.version, Outcome.DONE)))
            write_runs(session, runs)
            entities.append(entity)
    return entities


def ask(
    database: Database,
    value: bytes,
    sound: bytes = b"",
    entity: int | None = None,
    tight: bytes | None = None,
) -> SimilarVideo:
    with database.read() as session:
        return find_similar_video(session, VideoQuery(value, sound, entity, tight=tight))


def test_another_encoding_is_found_and_nothing_else(database: Database) -> None:
    entities = record(database, [value_of(film(seed)) for seed in range(12)])
    for seed in (3, 9):
        (match,) = ask(database, value_of(noisy(film(seed)))).matches
        assert (match.entity, match.relation, match.offset) == (entities[seed], "same", 0)
        assert match.matched == pytest.approx(100, abs=2)
        assert match.distance == pytest.approx(20, abs=4)
        assert match.sound is None
    assert ask(database, value_of(film(77))).matches == []


@SETTINGS
@given(start=st.integers(0, 190), seed=st.integers(0, 9))
def test_a_clip_of_ten_seconds_is_found_at_its_offset(database: Database, start: int, seed: int) -> None:
    number = 1000 * seed + start + 5
    (entity,) = record(database, [value_of(film(number))])
    clip = noisy(film(number)[start : start + 10 * RATE])
    (match,) = [match for match in ask(database, value_of(clip)).matches if match.entity == entity]
    assert match.offset == pytest.approx(start / RATE, abs=0.5)
    # What leaves out two seconds or less may as well be the same.
    assert match.relation == ("excerpt" if start > 2 * RATE or len(film(number)) > 12 * RATE else "same")


def test_what_was_cut_from_it_is_found_and_told_so(database: Database) -> None:
    (entity,) = record(database, [value_of(film(1)[80:140])])
    (match,) = ask(database, value_of(noisy(film(1)))).matches
    assert (match.entity, match.relation, match.offset) == (entity, "whole", -20)
    assert match.seconds == pytest.approx(15, abs=1)


def test_a_library_that_has_one_hash_a_second_is_searched_as_well(database: Database) -> None:
    (entity,) = record(database, [value_of(film(4), every=RATE)])
    found = ask(database, value_of(noisy(film(4)[30:90]))).matches
    assert [match.entity for match in found] == [entity]
    assert found[0].offset == pytest.approx(7.5, abs=0.75)


def test_itself_is_not_listed_and_dark_films_match_nothing(database: Database) -> None:
    (entity,) = record(database, [value_of(film(1))])
    assert ask(database, value_of(film(1)), entity=entity).matches == []
    dark = ask(database, value_of(film(1), quality=10))
    assert (dark.is_plain, dark.matches) == (True, [])
    assert ask(database, b"").is_plain


def test_a_few_pictures_in_common_are_not_enough(database: Database) -> None:
    """Two films with the same opening of five seconds, of a minute."""
    other = film(2)
    other[: 5 * RATE] = film(1)[: 5 * RATE]
    record(database, [value_of(other)])
    assert ask(database, value_of(film(1))).matches == []


def test_the_sound_tells_the_offset_where_it_agrees_and_nothing_where_it_does_not(database: Database) -> None:
    words = track(3, 480)
    record(database, [value_of(film(1))], packed_sound(words))
    clip = value_of(noisy(film(1)[81:141]))
    # Words are 0.124 s apart: the clip begins at word 163 and a bit.
    (same,) = ask(database, clip, packed_sound(worse(words[164:280], 0.05))).matches
    assert same.sound == pytest.approx(5, abs=2)
    assert same.offset == pytest.approx(164 * 1365 / 11025, abs=0.01)
    (dubbed,) = ask(database, clip, packed_sound(track(8, 120))).matches
    assert dubbed.sound is not None
    assert dubbed.sound > 30
    assert dubbed.offset == pytest.approx(81 / RATE, abs=0.5)


def test_where_the_picture_stands_still_the_sound_decides(database: Database) -> None:
    cover = np.repeat(film(5)[:1], 60 * RATE, axis=0)
    words = track(4, 480)
    (entity,) = record(database, [value_of(noisy(cover, 0.01))], packed_sound(words))
    assert [match.entity for match in ask(database, value_of(cover), packed_sound(words)).matches] == [entity]
    assert ask(database, value_of(cover), packed_sound(track(5, 480))).matches == []
    assert [match.entity for match in ask(database, value_of(cover)).matches] == [entity]


@pytest.mark.parametrize("is_known_tight", [True, False])
@pytest.mark.parametrize("is_asked_tight", [True, False])
def test_films_that_may_have_bars_are_found_by_either_way_to_cut_them(
    database: Database, is_known_tight: bool, is_asked_tight: bool
) -> None:
    def cut(number: int, is_tight: bool, value: bytes) -> tuple[bytes, bytes | None]:
        barred = value_of(film(number)[: len(value) // 37])
        return (barred, value) if is_tight else (value, None)

    value, tight = cut(50, is_known_tight, value_of(film(1)))
    (entity,) = record(database, [value], tight=tight)
    value, tight = cut(60, is_asked_tight, value_of(noisy(film(1)[40:90])))
    (match,) = ask(database, value, tight=tight).matches
    assert (match.entity, match.relation) == (entity, "excerpt")
    assert match.offset == pytest.approx(10, abs=0.5)
    assert ask(database, value_of(film(70)), tight=value_of(film(71))).matches == []


def test_what_is_too_plain_unless_the_black_around_it_is_cut_off_is_compared(database: Database) -> None:
    (entity,) = record(database, [value_of(film(1), quality=10)], tight=value_of(film(1)))
    found = ask(database, value_of(film(1), quality=10), tight=value_of(noisy(film(1))))
    assert [match.entity for match in found.matches] == [entity]
    assert not found.is_plain


@given(
    start=st.integers(-60, 60),
    share=st.floats(0.5, 1.0),
    dark=st.floats(0.0, 0.7),
    others=st.lists(st.integers(-300, 300), max_size=20),
)
def test_whatever_else_is_tried_the_shift_at_which_enough_matches_is_found(
    start: int, share: float, dark: float, others: list[int]
) -> None:
    """A share of the pictures match at one shift, and some are too dark to be compared."""
    random = np.random.default_rng(start + 100)
    scene = random.integers(0, 256, (320, 32), dtype=np.uint8)
    known, asked = scene[60:260], noisy(scene[60 + start : 260 + start])
    replaced = random.random(200) >= share
    asked[replaced] = random.integers(0, 256, (int(replaced.sum()), 32), dtype=np.uint8)
    is_dark = random.random(200) < dark
    there = np.arange(max(0, -start), min(200, 200 - start))
    matching = (~replaced)[there][~is_dark[there]]
    # The last picture lasts for a second, which may count as well.
    assume(matching.mean() > SHARE + 0.03 and matching.sum() > LEAST + RATE)
    value = bytearray(value_of(asked))
    for moment in np.flatnonzero(is_dark).tolist():
        value[37 * moment + 4] = 10
    found = best_video_alignment(Film.of(bytes(value)), Film.of(value_of(known)), [*others, start], 72)
    assert found is not None
    assert abs(found.shift - start) <= 1


def test_fingerprints_of_another_version_are_not_compared_but_counted(database: Database) -> None:
    record(database, [value_of(film(seed)) for seed in range(3)])
    with database.write() as session:
        session.execute(update(LedgerRow).values(version=-1))
    found = ask(database, value_of(film(1)))
    assert (found.matches, found.uncompared) == ([], 3)
    with database.read() as session:
        assert count_uncompared(session, FILMS) == 3


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fingerprint_that_can_be_asked_about(value: bytes) -> None:
    whole = value[: len(value) // 37 * 37]
    if any(int.from_bytes(whole[at : at + 4], "little") > 10**5 for at in range(0, len(whole), 37)):
        return
    seen = Film.of(value)
    assert len(unpacked(value)) <= len(value) // 37
    found = best_video_alignment(seen, seen, [0], 72)
    assert found is None or found.distance == 0
