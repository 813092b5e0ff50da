"""What is read of films: properties, tracks, chapters, times, positions and the contact sheet."""

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dam.core.content import Content
from dam.core.system import Unavailable
from dam.models.video import VideoComponent, samples
from dam.models.video.headers import Headers, headers
from dam.models.video.reading import PIXEL_LIMIT, VideoError
from dam.models.video.samples import Film, encoded, noise
from dam.models.video.video_audio_track_component import list_audio_tracks
from dam.models.video.video_chapter_component import list_chapters
from dam.models.video.video_creation_time_component import read_creation_time
from dam.models.video.video_position_component import position_in, read_position
from dam.models.video.video_preview_component import make_contact_sheet
from dam.models.video.video_properties_component import read_properties
from dam.models.video.video_sound_component import listen
from dam.models.video.video_tag_component import read_tags
from dam.testing import visit_bytes

GOOD = samples.good()
CODECS = {
    "good.mp4": ("mov", "mpeg4"),
    "good.mov": ("mov", "mjpeg"),
    "good.mkv": ("matroska", "ffv1"),
    "good.webm": ("matroska", "vp8"),
    "good.avi": ("avi", "mpeg4"),
    "good.ts": ("mpegts", "mpeg2video"),
    "good.mpg": ("mpeg", "mpeg2video"),
    "good.flv": ("flv", "flv1"),
    "good.wmv": ("asf", "wmv2"),
}


class Shelf:
    """A place for derived bytes."""

    def __init__(self) -> None:
        self.data = b""

    def put_derived(self, data: bytes) -> bytes:
        self.data = data
        return bytes(32)


def kind_of(data: bytes) -> VideoComponent:
    media_type = VideoComponent.recognise(data[:65536], frozenset())
    assert media_type is not None
    return VideoComponent(media_type=media_type)


def headers_of(data: bytes) -> Headers:
    return headers(kind_of(data), Content.from_bytes(data))


def sheet_of(data: bytes) -> Image.Image:
    shelf, content = Shelf(), Content.from_bytes(data)
    make_contact_sheet(kind_of(data), headers_of(data), content, shelf)
    return Image.open(BytesIO(shelf.data))


@pytest.mark.parametrize("name", CODECS)
def test_properties_are_those_it_was_made_with(name: str) -> None:
    found = read_properties(headers_of(GOOD[name]))
    assert (found.container, found.codec) == CODECS[name]
    assert (found.width, found.height, found.rotation) == (160, 90, 0)
    assert found.duration == pytest.approx(4, abs=0.2)
    # What the headers of Windows Media say is the ticks of a clock.
    assert (
        found.frame_rate == pytest.approx(25 if "mpeg2" in found.codec else 12, abs=0.5) or name == "good.wmv"
    )
    assert found.bit_rate == pytest.approx(len(GOOD[name]) * 8 / (found.duration or 1), rel=0.2)


@pytest.mark.parametrize(("degrees", "size"), [(90, (90, 160)), (180, (160, 90)), (270, (90, 160))])
def test_a_turned_film_has_the_size_that_it_is_displayed_in(degrees: int, size: tuple[int, int]) -> None:
    found = read_properties(headers_of(encoded(Film(container="mov", rotation=degrees))))
    assert found.rotation == degrees
    assert (found.width, found.height) == size


def test_tracks_chapters_and_tags_are_listed() -> None:
    found = headers_of(GOOD["good.mp4"])
    (track,) = list_audio_tracks(found)
    assert (track.position, track.codec, track.sample_rate, track.channels) == (0, "aac", 22050, 1)
    assert [(one.title, one.start, one.end) for one in list_chapters(found)] == [("One", 0, 2), ("Two", 2, 4)]
    tags = {tag.tag: tag.value for tag in read_tags(found)}
    assert tags["title"] == "A Title"
    assert not {"major_brand", "compatible_brands", "creation_time"} & set(tags)


def test_the_time_and_the_place_are_those_that_the_tags_say() -> None:
    found = headers_of(GOOD["good.mp4"])
    time, place = read_creation_time(found), read_position(found)
    assert time is not None
    assert (time.utc, time.local, time.field) == (
        datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
        None,
        "creation_time",
    )
    assert place is not None
    assert [place.latitude, place.longitude] == pytest.approx([48.8577, 2.295])


@pytest.mark.parametrize(
    ("tags", "local", "offset", "utc"),
    [
        (
            {"com.apple.quicktime.creationdate": "2014-12-19T07:39:06+0700", "creation_time": "2020-01-01"},
            datetime(2014, 12, 19, 7, 39, 6),  # noqa: DTZ001
            420,
            datetime(2014, 12, 19, 0, 39, 6, tzinfo=UTC),
        ),
        ({"date": "2014-12-19 07:39:06"}, datetime(2014, 12, 19, 7, 39, 6), None, None),  # noqa: DTZ001
        ({"creation_time": "2015-09-17 16:26:22"}, None, None, datetime(2015, 9, 17, 16, 26, 22, tzinfo=UTC)),
    ],
)
def test_a_time_is_local_where_its_offset_is_told_and_in_utc(
    tags: dict[str, str], local: datetime | None, offset: int | None, utc: datetime | None
) -> None:
    found = read_creation_time(Headers("mov", None, None, None, tags=tags))
    assert found is not None
    assert (found.local, found.offset_minutes, found.utc) == (local, offset, utc)


@pytest.mark.parametrize(
    "text", ["", "2014", "2014-12-19", "1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "so"]
)
def test_a_clock_that_was_not_set_tells_no_time(text: str) -> None:
    assert read_creation_time(Headers("mov", None, None, None, tags={"creation_time": text})) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+37.3318-122.0312+010.0/", (37.3318, -122.0312, 10.0)),
        ("+27.5916+086.5640+8850CRSWGS_84/", (27.5916, 86.564, 8850.0)),
        ("+4012.22-07500.25/", (40.203666667, -75.004166667, None)),
        ("-401213+0750015/", (-40.203611111, 75.004166667, None)),
        ("+91.0+000.0/", None),
        ("+10.0+181.0/", None),
        ("here", None),
        ("+1.0+2.0", None),
        ("", None),
    ],
)
def test_a_position_is_read_as_iso_6709_writes_it(
    text: str, found: tuple[float, float, float | None] | None
) -> None:
    assert position_in(text) == (None if found is None else pytest.approx(found))


@given(st.text(alphabet="+-0123456789./CRSab", max_size=40))
def test_any_text_is_a_position_on_earth_or_none(text: str) -> None:
    found = position_in(text)
    assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180)


def test_the_contact_sheet_has_nine_moments_in_their_order() -> None:
    sheet = sheet_of(encoded(Film(seconds=30, source=_brighter)))
    assert sheet.size == (3 * 160, 3 * 90)
    grey = np.asarray(sheet.convert("L"))
    middles = [int(grey[90 * y + 45, 160 * x + 80]) for y in range(3) for x in range(3)]
    assert middles == sorted(middles)
    expected = [255 * (2 * number + 1) / 18 for number in range(9)]
    assert middles == pytest.approx(expected, abs=20)


def _brighter(time: float, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), int(255 * time / 30), dtype=np.uint8)


def test_the_contact_sheet_of_a_turned_film_is_upright_and_of_a_short_one_a_picture() -> None:
    upright = sheet_of(encoded(Film(container="mov", rotation=90, seconds=4)))
    assert upright.size[0] < upright.size[1]
    short = sheet_of(encoded(Film(seconds=0.5)))
    assert short.size == (160, 90)
    assert dict(short.getexif()) == {}


def test_the_sound_is_fingerprinted_where_there_is_some() -> None:
    data = encoded(Film(seconds=6, sound=noise(3, 6)))
    made = listen(kind_of(data), headers_of(data), Content.from_bytes(data))
    assert made is not None
    assert len(made.value) > 20
    silent = GOOD["good.mov"]
    assert listen(kind_of(silent), headers_of(silent), Content.from_bytes(silent)) is None


def test_a_film_of_sound_alone_says_that_it_has_no_pictures() -> None:
    data = samples.encoded(Film(sound=noise(1, 4)))
    without = data.replace(b"vide", b"soun")
    found = headers(VideoComponent(media_type="video/mp4"), Content.from_bytes(without))
    with pytest.raises(VideoError):
        read_properties(found)


def test_pictures_of_too_many_pixels_are_not_decoded() -> None:
    data = bytearray(encoded(Film(seconds=0.5, codec="ffv1", container="avi")))
    at = data.find(b"strf") + 12
    data[at : at + 8] = (10000).to_bytes(4, "little") + (8000).to_bytes(4, "little")
    result = visit_bytes("large.avi", bytes(data))
    reasons = {run.message for run in result.runs if run.outcome.name == "FAILED"}
    assert reasons == {f"its pictures have more than {PIXEL_LIMIT // 1_000_000} megapixels"}


def test_without_its_library_a_film_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(Unavailable) as caught:
        headers_of(GOOD["good.mp4"])
    assert caught.value.message == "av (extra: video)"


def test_a_playlist_in_disguise_opens_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(GOOD["good.mp4"])
    playlist = f"#EXTM3U\n#EXTINF:4,\nfile://{secret}\n".encode()
    for media_type in ("video/mp4", "video/x-matroska", "video/mp2t", "video/x-msvideo", "video/x-ms-wmv"):
        with pytest.raises(VideoError):
            headers(VideoComponent(media_type=media_type), Content.from_bytes(playlist))


def test_reasons_are_plain_words() -> None:
    runs = [run for name, data in samples.broken().items() for run in visit_bytes(name, data).runs]
    reasons = {run.message for run in runs if run.message}
    assert reasons
    assert [reason for reason in reasons if "Errno" in reason or "avcodec" in reason] == []
