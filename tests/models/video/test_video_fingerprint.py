"""Which pictures of a film are hashed, and that the hashes stay near whatever becomes of the film."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.content import Content
from dam.models.pdq import Pdq
from dam.models.video import VideoComponent
from dam.models.video.film_alignment import Film as Seen
from dam.models.video.film_alignment import best_video_alignment
from dam.models.video.frame_hashes import RATE, landmarks, packed, unpacked
from dam.models.video.headers import headers
from dam.models.video.reading import VideoError, opened_video, picture_track
from dam.models.video.samples import Film, encoded, picture
from dam.models.video.sampling import Sampler
from dam.models.video.small_pictures import Cut, cuts
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent, fingerprint

Pixels = npt.NDArray[np.uint8]
WHOLE = Film(seed=5, seconds=20)


def kind_of(data: bytes) -> VideoComponent:
    media_type = VideoComponent.recognise(data[:65536], frozenset())
    assert media_type is not None
    return VideoComponent(media_type=media_type)


def fingerprint_of(film: Film | bytes) -> VideoFingerprintComponent:
    data = film if isinstance(film, bytes) else encoded(film)
    content = Content.from_bytes(data)
    return fingerprint(kind_of(data), headers(kind_of(data), content), content)


def sampled(data: bytes) -> list[tuple[int, float]]:
    """Return the moments that are looked at, and how bright the picture is there."""
    with opened_video(Content.from_bytes(data), kind_of(data).media_type) as container:
        sampler = Sampler(container, picture_track(container))
        return [(at, float(frame.to_ndarray(format="gray").mean())) for at, frame in sampler.pictures()]


def stepwise(time: float, size: tuple[int, int]) -> Pixels:
    """Return a grey picture that is brighter each quarter of a second."""
    return np.full((size[1], size[0], 3), 20 + 5 * int(time * RATE + 1e-6), dtype=np.uint8)


@pytest.mark.parametrize(
    "film",
    [
        Film(seconds=9, source=stepwise, options={"g": "7"}),
        Film(seconds=9, source=stepwise, options={"g": "300"}),
        Film(seconds=9, source=stepwise, options={"g": "24", "bf": "2"}),
        Film(seconds=9, source=stepwise, options={"g": "1"}),
        Film(seconds=9, source=stepwise, codec="mpeg2video", container="mpegts", rate=24),
        Film(seconds=9, source=stepwise, codec="libvpx", container="webm", options={"g": "50"}),
        Film(seconds=9, source=stepwise, codec="mjpeg", container="avi"),
        Film(seconds=9, source=stepwise, rate=4),
    ],
)
def test_the_picture_at_each_quarter_of_a_second_is_the_one_that_is_seen(film: Film) -> None:
    found = sampled(encoded(film))
    assert [at for at, _ in found] == list(range(9 * RATE)) or len(found) == 9 * RATE - 1
    # Where the last picture before a moment is referred to by no other one, it is one picture earlier.
    assert [shown for _, shown in found] == pytest.approx([20 + 5 * at for at, _ in found], abs=9)


def test_a_picture_that_lasts_counts_until_the_next_one_but_not_for_ever() -> None:
    found = sampled(encoded(Film(seconds=6, rate=1)))
    assert [at for at, _ in found] == list(range(5 * RATE + 1))
    assert all(one == pytest.approx(other) for one, other in pairwise(value for _, value in found[:RATE]))


@pytest.mark.parametrize(
    "other",
    [
        Film(seed=5, seconds=20, codec="libvpx", container="webm", bit_rate=100_000),
        Film(seed=5, seconds=20, codec="mpeg2video", container="mpegts", rate=25),
        Film(seed=5, seconds=20, size=(320, 180)),
        Film(seed=5, seconds=20, size=(96, 54), bit_rate=60_000),
        Film(seed=5, seconds=20, bars=15),
        Film(seed=5, seconds=20, rate=5),
    ],
    ids=["vp8", "mpeg2", "larger", "smaller", "letterbox", "slower"],
)
def test_another_encoding_is_near_and_another_film_is_not(other: Film) -> None:
    whole = Seen.of(fingerprint_of(WHOLE).value)
    found = best_video_alignment(Seen.of(fingerprint_of(other).value), whole, range(-4, 5), 72)
    assert found is not None
    assert abs(found.shift) <= 1
    assert found.share > 0.95
    assert found.distance < 40
    stranger = Seen.of(fingerprint_of(Film(seed=6, seconds=20)).value)
    assert best_video_alignment(stranger, whole, range(-40, 41), 72) is None


def test_a_film_that_says_it_is_turned_is_hashed_upright() -> None:
    def lying(time: float, size: tuple[int, int]) -> Pixels:
        turned: Pixels = np.rot90(picture(5, time, (size[1], size[0])))
        return turned

    told = fingerprint_of(Film(seconds=6, size=(90, 160), source=lying, rotation=90, container="mov"))
    found = best_video_alignment(Seen.of(told.value), Seen.of(fingerprint_of(WHOLE).value), [0], 72)
    assert found is not None
    assert found.share > 0.9


def test_half_a_film_is_hashed_as_far_as_it_goes_and_no_picture_is_a_failure() -> None:
    data = encoded(Film(seed=5, seconds=8, codec="mpeg2video", container="mpegts", rate=25))
    half = unpacked(fingerprint_of(data[: len(data) // 2]).value)
    assert 2 * RATE < half["moment"].max() < 7 * RATE
    film = encoded(Film(container="matroska"))
    cluster = film.find(b"\x1f\x43\xb6\x75")
    with pytest.raises(VideoError, match="truncated: no picture"):
        fingerprint_of(film[: cluster + 20])


def test_of_a_long_film_there_are_key_frames_where_the_work_would_be_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = encoded(Film(seed=5, seconds=20, options={"g": "12"}))
    assert fingerprint_of(data).dense_until is None
    monkeypatch.setattr("dam.models.video.sampling._DENSE_LIMIT", 5 * RATE)
    made = fingerprint_of(data)
    assert made.dense_until == 5 * RATE
    moments = unpacked(made.value)["moment"].tolist()
    assert set(range(0, 5 * RATE, RATE)) <= set(moments)
    assert set(range(6 * RATE, 20 * RATE, RATE)) <= set(moments)
    clip = Seen.of(fingerprint_of(Film(seed=5, start=9.3, seconds=10)).value)
    assert best_video_alignment(clip, Seen.of(made.value), [9 * RATE + 1], 72) is not None


def test_bars_are_cut_off_only_as_far_as_they_are_on_both_sides() -> None:
    scene = np.full((60, 80), 200, dtype=np.uint8)
    letterbox = np.pad(scene, ((12, 12), (0, 0)))
    assert cuts([letterbox, letterbox]) == [Cut(down=12)]
    assert Cut(down=12).of(letterbox).tolist() == scene.tolist()
    assert cuts([np.pad(scene, ((0, 0), (9, 9)))]) == [Cut(across=9)]
    assert cuts([np.pad(scene, ((9, 9), (7, 7)))]) == [Cut(down=9, across=7)]
    assert cuts([np.pad(scene, ((20, 8), (0, 0)))]) == [Cut(down=8)]
    dark = np.zeros_like(letterbox)
    assert cuts([dark, letterbox]) == [Cut(down=12)]
    assert cuts([dark]) == [Cut()]
    assert cuts([letterbox, scene]) == [Cut()]


def test_the_noise_of_a_dark_picture_tells_it_from_bars() -> None:
    random = np.random.default_rng(1)
    night = random.integers(0, 20, (60, 80), dtype=np.uint8)
    night[20:40, 30:50] = 200
    ringing = random.integers(0, 6, (12, 80), dtype=np.uint8)
    bars, *tight = cuts([np.concatenate([ringing, night, ringing])])
    assert bars == Cut(down=12)
    assert tight == [Cut(down=32, across=30)]


def test_black_that_ends_in_no_edge_is_both_cut_off_and_left() -> None:
    title = np.zeros((100, 100), dtype=np.uint8)
    title[80:86, 20:60:3] = 255
    assert cuts([title]) == [Cut(), Cut(down=14, across=20)]
    # What makes no difference is not hashed twice.
    title[1:99] = 255
    assert cuts([title[:, 20:60]])[1:] == []


@pytest.mark.parametrize(("bars", "pillars"), [(16, 0), (0, 24), (10, 20)])
def test_a_lamp_in_the_dark_is_near_itself_between_bars(bars: int, pillars: int) -> None:
    def lamp(time: float, size: tuple[int, int]) -> Pixels:
        down, across = np.mgrid[0 : size[1], 0 : size[0]]
        far = np.hypot(down / size[1] - 0.5, (across / size[0] - 0.45) * size[0] / size[1])
        shown: Pixels = (picture(5, time, size) * np.clip(3 - far / 0.1, 0, 1)[..., None]).astype(np.uint8)
        return shown

    film = Film(seconds=8, size=(256, 144), source=lamp)
    known = fingerprint_of(film)
    barred = fingerprint_of(replace(film, codec="libvpx", container="webm", bars=bars, pillars=pillars))
    assert known.tight is not None
    assert barred.tight is not None
    found = best_video_alignment(Seen.of(barred.tight), Seen.of(known.tight), [0], 72)
    assert found is not None
    assert found.share > 0.9
    # Not only since what is seen is alike: with as much left around it as there is, it is not.
    assert not bars or best_video_alignment(Seen.of(barred.value), Seen.of(known.value), [0], 72) is None
    assert fingerprint_of(WHOLE).tight is None


@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.binary(min_size=32, max_size=32), st.integers(0, 100)),
        min_size=1,
        max_size=40,
        unique_by=lambda entry: entry[0],
    )
)
def test_whole_seconds_come_back_and_landmarks_are_of_telling_ones(
    rows: list[tuple[int, bytes, int]],
) -> None:
    entries = unpacked(packed((at, Pdq(value, quality)) for at, value, quality in sorted(rows)))
    kept = {int(entry["moment"]): entry["hash"].tobytes() for entry in entries}
    assert all(kept[at] == value for at, value, _ in rows if at % RATE == 0)
    telling = {at: value for at, value, quality in rows if quality >= 30}
    for moment, word in landmarks(entries):
        band = 2 * (word >> 16)
        assert telling[moment][band : band + 2] == (word & 0xFFFF).to_bytes(2, "little")


def test_what_does_not_change_is_left_out_between_seconds() -> None:
    same = Pdq(bytes(range(32)), 100)
    assert unpacked(packed((at, same) for at in range(12)))["moment"].tolist() == [0, 4, 8]
    moving = [Pdq(bytes([at * 37 % 256] * 32), 100) for at in range(12)]
    assert len(unpacked(packed(enumerate(moving)))) == 12
