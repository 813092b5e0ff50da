"""What is read of sound: properties, tags and the cover."""

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from PIL import Image

from dam.core.content import Content
from dam.core.system import Unavailable
from dam.errors import SourceError
from dam.models.audio import AudioComponent, samples
from dam.models.audio.audio_album_component import read_album
from dam.models.audio.audio_cover_component import make_cover
from dam.models.audio.audio_fingerprint_component import fingerprint
from dam.models.audio.audio_properties_component import read_properties
from dam.models.audio.audio_recording_component import read_recording
from dam.models.audio.audio_tag_component import read_other_tags
from dam.models.audio.tags import Tags, tags
from dam.models.sound_decoding import SoundError
from dam.models.tag_text import TEXT_LIMIT
from dam.testing import visit_bytes

GOOD = samples.good()
TAGGED = [name for name in GOOD if name.split(".")[1] in ("mp3", "flac", "oga", "opus", "m4a", "mka")]


class Shelf:
    """A place for derived bytes."""

    def __init__(self) -> None:
        self.data = b""

    def put_derived(self, data: bytes) -> bytes:
        self.data = data
        return bytes(32)


def kind_of(data: bytes) -> AudioComponent:
    media_type = AudioComponent.recognise(data[:65536], frozenset())
    assert media_type is not None
    return AudioComponent(media_type=media_type)


def tags_of(data: bytes) -> Tags:
    return tags(kind_of(data), Content.from_bytes(data))


@pytest.mark.parametrize("name", GOOD)
def test_properties_are_those_it_was_made_with(name: str) -> None:
    found = read_properties(kind_of(GOOD[name]), Content.from_bytes(GOOD[name]))
    assert found is not None
    assert found.duration == pytest.approx(4.0, abs=0.1)
    assert found.channels == 1
    assert found.sample_rate == {"good.opus": 48000, "good.ac3": 44100}.get(name, samples.RATE)
    assert found.bit_rate is not None
    assert found.bit_rate == pytest.approx(len(GOOD[name]) * 8 / 4, rel=0.2)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("good.wav", "pcm_s16le"),
        ("good.mp3", "mp3"),
        ("good.oga", "flac"),
        ("good.opus", "opus"),
        ("good.m4a", "aac"),
    ],
)
def test_the_codec_is_named_whatever_the_container(name: str, codec: str) -> None:
    found = read_properties(kind_of(GOOD[name]), Content.from_bytes(GOOD[name]))
    assert found is not None
    assert found.codec == codec


@pytest.mark.parametrize("name", [name for name in TAGGED if name != "cover.mp3"])
def test_tags_are_those_that_were_written(name: str) -> None:
    found = tags_of(GOOD[name])
    recording, album = read_recording(found), read_album(found)
    assert recording is not None
    assert album is not None
    assert (recording.title, recording.artist) == ("A Title", "An Artist")
    assert (recording.composer, recording.genre) == ("A Composer", "Jazz")
    assert (album.album, album.album_artist) == ("An Album", "Several")
    assert (album.date, album.year) == ("2004-05-06", 2004)
    assert (album.track, album.track_total, album.disc, album.disc_total) == (3, 11, 1, 2)


def test_what_has_no_column_is_a_tag_of_its_own_and_so_is_a_second_value() -> None:
    found = read_other_tags(Tags({"artist": ("one", "two"), "isrc": ("x",), "title": ("t",)}))
    assert [(tag.tag, tag.position, tag.value) for tag in found] == [("artist", 1, "two"), ("isrc", 0, "x")]


def test_a_file_without_tags_has_none() -> None:
    found = tags_of(GOOD["good.wav"])
    assert (read_recording(found), read_album(found), read_other_tags(found)) == (None, None, ())


@pytest.mark.parametrize(
    ("written", "year", "track"),
    [("2004", 2004, 3), ("6.5.1999", 1999, 3), ("in 20045", None, 3), ("٢٠٠٤", None, 3)],
)
def test_a_year_is_read_from_any_date_and_odd_numbers_are_none(
    written: str, year: int | None, track: int
) -> None:
    found = read_album(Tags({"year": (written,), "track": (" 3 ",), "disc": ("99999999999",)}))
    assert found is not None
    assert (found.date, found.year, found.track, found.disc) == (written, year, track, None)


def test_texts_are_such_as_every_database_holds() -> None:
    data = samples.encoded(samples.tune(), "flac", "flac", tags={"title": "x" * (TEXT_LIMIT + 1)})
    assert tags_of(data).first("title") == "x" * TEXT_LIMIT
    id3 = samples.with_cover(GOOD["good.mp3"], samples.jpeg(), "one\0two \0")
    assert all("\0" not in value for values in tags_of(id3).values.values() for value in values)


def test_tags_that_are_not_utf_8_are_no_reason_to_fail() -> None:
    data = samples.encoded(samples.tune(), "flac", "matroska", tags={"title": "XXXX", "artist": "ok"})
    found = tags_of(data.replace(b"XXXX", b"\xe4\xf6\xfc\xff"))
    assert found.first("artist") == "ok"
    assert len(found.first("title") or "") == 4
    assert all(text.encode() for values in found.values.values() for text in values)


def test_the_cover_becomes_a_jpeg_that_knows_nothing_else() -> None:
    file, shelf = BytesIO(), Shelf()
    picture = Image.new("CMYK", (1200, 600), (0, 200, 200, 0))
    exif = Image.Exif()
    exif[0x013B] = "somebody"
    picture.save(file, "JPEG", exif=exif)
    made = make_cover(tags_of(samples.with_cover(GOOD["good.mp3"], file.getvalue())), shelf)
    assert made is not None
    assert (made.width, made.height, made.size) == (512, 256, len(shelf.data))
    with Image.open(BytesIO(shelf.data)) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (512, 256))
        assert dict(kept.getexif()) == {}


def test_there_is_no_cover_without_one_and_a_bad_one_is_told() -> None:
    assert make_cover(tags_of(GOOD["good.mp3"]), Shelf()) is None
    for bad in (b"not a picture", samples.jpeg()[:40], b"%!PS-Adobe"):
        with pytest.raises(SoundError, match="cover cannot be decoded"):
            make_cover(Tags(cover=bad), Shelf())


def test_a_cover_of_too_many_pixels_is_not_decoded() -> None:
    file = BytesIO()
    Image.new("1", (8000, 8000)).save(file, "PNG")
    with pytest.raises(SoundError, match="more than 50 megapixels"):
        make_cover(Tags(cover=file.getvalue()), Shelf())


@pytest.mark.parametrize("module", ["av", "tinytag"])
def test_without_its_library_what_needs_it_is_unavailable_and_names_the_extra(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    content, kind = Content.from_bytes(GOOD["good.wav"]), kind_of(GOOD["good.wav"])
    asked: dict[str, list[Callable[[], Any]]] = {
        "av": [lambda: read_properties(kind, content), lambda: fingerprint(kind, content)],
        "tinytag": [lambda: tags(kind, content)],
    }
    for ask in asked[module]:
        with pytest.raises(Unavailable) as caught:
            ask()
        assert caught.value.message == f"{module} (extra: audio)"


def test_a_file_that_changes_meanwhile_is_nobodys_failure() -> None:
    data = GOOD["good.mp3"]

    class Changing(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise SourceError("cannot read: x: it changed")

        def readinto(self, buffer: Any) -> int:
            raise SourceError("cannot read: x: it changed")

    def opened() -> BinaryIO:
        return Changing(data)

    for ask in (tags, read_properties, fingerprint):
        with pytest.raises(SourceError):
            ask(kind_of(data), Content(open=opened, size=len(data)))


def test_a_playlist_in_disguise_opens_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(GOOD["good.wav"])
    playlist = f"#EXTM3U\n#EXTINF:4,\nfile://{secret}\n".encode()
    for media_type in ("audio/mpeg", "audio/wav", "audio/ogg", "audio/mp4", "audio/aac"):
        with pytest.raises(SoundError):
            fingerprint(AudioComponent(media_type=media_type), Content.from_bytes(playlist))


@pytest.mark.parametrize("rate", [1, 999, 7_000_000])
def test_a_rate_that_no_recording_has_is_not_resampled(rate: int) -> None:
    data = samples.wav(samples.tune(), rate=rate)
    with pytest.raises(SoundError, match=f"no recording has {rate} samples a second"):
        fingerprint(kind_of(data), Content.from_bytes(data))


def test_reasons_are_plain_words() -> None:
    runs = [run for name, data in samples.broken().items() for run in visit_bytes(name, data).runs]
    reasons = {run.message for run in runs if run.message}
    assert len(reasons) > 3
    assert [reason for reason in reasons if "Errno" in reason or "avcodec" in reason] == []
    assert "no decoder for audio/x-it" in reasons
