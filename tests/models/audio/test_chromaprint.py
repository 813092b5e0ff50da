"""Fingerprints are Chromaprint's, and keep what makes them comparable."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dam.core.content import Content
from dam.models.audio import AudioComponent, samples
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent, fingerprint
from dam.models.chromaprint import (
    RATE,
    SECONDS,
    STEP,
    Words,
    chromaprint,
    is_chosen,
    is_flat,
    landmarks,
    packed,
    unpacked,
)

SILENCE = 627964279
"""What Chromaprint says of nothing at all."""
WORDS = arrays(np.uint32, st.integers(0, 400), elements=st.integers(0, 2**32 - 1))


def printed(seconds: float = 8.0, seed: int = 0, gain: float = 1.0) -> Words:
    return chromaprint([(samples.tune(seed, seconds, RATE) * gain).astype(np.int16)])


def error(one: Words, other: Words) -> float:
    count = min(len(one), len(other))
    return float(np.bitwise_count(one[:count] ^ other[:count]).sum()) / (32 * count)


def test_silence_is_the_word_that_chromaprint_has_for_it() -> None:
    words = chromaprint([np.zeros(6 * RATE, dtype=np.int16)])
    assert set(words.tolist()) == {SILENCE}


def test_there_is_a_word_for_every_step_that_twenty_frames_fit_behind() -> None:
    for count, expected in ((0, 0), (4095, 0), (4096 + 18 * STEP, 0), (4096 + 19 * STEP, 1)):
        assert len(chromaprint([np.ones(count, dtype=np.int16)])) == expected
    assert len(chromaprint([np.ones(120 * RATE, dtype=np.int16)])) == 948


@settings(max_examples=20)
@given(st.lists(st.integers(1, 40000), max_size=12), st.integers(0, 3))
def test_how_the_samples_come_in_makes_no_difference(sizes: list[int], seed: int) -> None:
    whole = samples.tune(seed, 6.0, RATE)
    cuts = np.cumsum(sizes)
    assert chromaprint(np.split(whole, cuts[cuts < len(whole)])).tolist() == chromaprint([whole]).tolist()


def test_many_frames_are_made_in_bounded_pieces_and_agree_with_few() -> None:
    whole = samples.tune(5, 60.0, RATE)
    start = 200 * STEP
    assert chromaprint([whole])[200:250].tolist() == chromaprint([whole[start:]])[:50].tolist()


@settings(max_examples=20)
@given(st.floats(0.1, 1.0), st.integers(0, 3))
def test_gain_changes_next_to_nothing(gain: float, seed: int) -> None:
    assert error(printed(seed=seed), printed(seed=seed, gain=gain)) <= 0.02


@settings(max_examples=20)
@given(st.integers(0, 30), st.integers(0, 3))
def test_an_excerpt_by_whole_steps_has_the_very_words_of_its_place(start: int, seed: int) -> None:
    whole = samples.tune(seed, 12.0, RATE)
    excerpt = chromaprint([whole[start * STEP : start * STEP + 6 * RATE]])
    assert excerpt.tolist() == chromaprint([whole])[start : start + len(excerpt)].tolist()


def test_other_music_is_far_away() -> None:
    assert error(printed(seed=1), printed(seed=2)) > 0.3


@given(WORDS)
def test_words_come_back_from_bytes(words: Words) -> None:
    assert unpacked(packed(words)).tolist() == words.tolist()
    assert len(packed(words)) == 4 * len(words)
    assert unpacked(packed(words) + b"odd").tolist() == words.tolist()


def test_the_lowest_byte_comes_first_on_every_machine() -> None:
    assert packed(np.array([0x01020304], dtype=np.uint32)) == b"\x04\x03\x02\x01"


@given(WORDS)
def test_landmarks_are_words_at_their_positions_and_fit_a_database(words: Words) -> None:
    positions, found = landmarks(words)
    assert positions == sorted(set(positions))
    assert [word % 2**32 for word in found] == words[positions].tolist()
    assert all(-(2**31) <= word < 2**31 for word in found)
    if len(words) >= 128:
        assert is_chosen(words[positions]).all()


def test_about_one_word_in_four_is_chosen_and_a_short_recording_keeps_all() -> None:
    words = np.random.default_rng(1).integers(0, 2**32, 10_000, dtype=np.uint32)
    assert 2300 < len(landmarks(words)[0]) < 2700
    assert len(landmarks(words[:50])[0]) == 50


def test_what_lasts_a_second_is_flat_and_no_landmark() -> None:
    words = np.array([1, 2, 3] + [7] * 8 + [4] * 7 + [5], dtype=np.uint32)
    assert is_flat(words).tolist() == [False] * 3 + [True] * 8 + [False] * 8
    assert landmarks(words)[0] == [0, 1, 2, 11, 18]
    assert landmarks(np.full(1000, SILENCE, dtype=np.uint32)) == ([], [])


@pytest.mark.parametrize(
    ("codec", "container", "bit_rate"),
    [
        ("libmp3lame", "mp3", 32000),
        ("aac", "adts", 48000),
        ("libopus", "ogg", 32000),
        ("flac", "flac", 0),
        ("wmav2", "asf", 48000),
    ],
)
def test_another_encoding_changes_few_bits(codec: str, container: str, bit_rate: int) -> None:
    music = samples.tune(4, 10.0)
    plain, coded = samples.wav(music), samples.encoded(music, codec, container, bit_rate=bit_rate)
    assert error(unpacked(made(plain).value), unpacked(made(coded).value)) <= 0.1


def test_only_the_first_half_hour_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "dam.models.audio.audio_fingerprint_component"
    monkeypatch.setattr(f"{module}.SECONDS_LIMIT", 5)
    long, short = (samples.wav(samples.tune(4, seconds)) for seconds in (9.0, 5.0))
    assert len(made(long).value) // 4 == int((5 - 4096 / RATE) / SECONDS) + 1 - 19
    assert made(long).value[:40] == made(short).value[:40]


def made(data: bytes) -> AudioFingerprintComponent:
    media_type = AudioComponent.recognise(data[:65536], frozenset())
    assert media_type is not None
    found = fingerprint(AudioComponent(media_type=media_type), Content.from_bytes(data))
    assert found is not None
    return found
