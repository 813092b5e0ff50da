"""Which bytes are films, and of which format; and that no other kind claims them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.models.audio import AudioComponent
from dam.models.audio import samples as audio_samples
from dam.models.image import ImageComponent
from dam.models.image import samples as image_samples
from dam.models.video import VideoComponent, samples

GOOD = samples.good()
TYPES = {
    "good.mp4": "video/mp4",
    "good.mov": "video/quicktime",
    "good.m4v": "video/x-m4v",
    "good.3gp": "video/3gpp",
    "good.mkv": "video/x-matroska",
    "good.webm": "video/webm",
    "good.avi": "video/x-msvideo",
    "good.ts": "video/mp2t",
    "good.mpg": "video/mpeg",
    "good.flv": "video/x-flv",
    "good.wmv": "video/x-ms-wmv",
}
FTYP = b"\x00\x00\x00\x18ftyp"
MOOV = b"\x00\x00\x00\x20moov" + bytes(4) + b"trakhdlr" + bytes(8)
MATROSKA = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska" + bytes(40)


def recognise(head: bytes, *extensions: str) -> str | None:
    return VideoComponent.recognise(head[:65536], frozenset(extensions))


def sound(head: bytes, *extensions: str) -> str | None:
    return AudioComponent.recognise(head[:65536], frozenset(extensions))


@pytest.mark.parametrize("name", GOOD)
def test_a_format_is_told_by_its_bytes_alone(name: str) -> None:
    assert recognise(GOOD[name]) == TYPES[name]
    assert recognise(GOOD[name], "txt") == TYPES[name]


@pytest.mark.parametrize("name", GOOD)
def test_a_film_is_nothing_else(name: str) -> None:
    for extension in ("", name.split(".")[1]):
        assert sound(GOOD[name], extension) is None
        assert ImageComponent.recognise(GOOD[name][:65536], frozenset({extension})) is None


def test_sound_and_pictures_are_no_films() -> None:
    others = {**audio_samples.good(), **audio_samples.odd(), **image_samples.good(), **image_samples.odd()}
    assert len(others) > 20
    assert [name for name, data in others.items() if recognise(data, name.rpartition(".")[2])] == []


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (FTYP + b"qt  " + bytes(12) + MOOV + b"vide", "video/quicktime"),
        (FTYP + b"3g2a" + bytes(12) + MOOV + b"vide", "video/3gpp2"),
        (FTYP + b"XAVC" + bytes(12) + MOOV + b"vide", "video/mp4"),
        (MOOV.replace(b"trak", b"mvhd") + b"vide", "video/quicktime"),
        (b"\x00\x00\x00\x08wide\x00\x0b\xae\xebmdat", "video/quicktime"),
        (MATROSKA + b"\x86\x85V_VP9" + b"\x86\x86A_OPUS", "video/x-matroska"),
        (b"OggS\x00\x02" + bytes(20) + b"\x01\x08" + b"\x80theora", "video/ogg"),
        (b"\x00\x00\x01\xba\x44\x00\x04\x00\x04\x01\x01\x89", "video/mpeg"),
        (b"\x00\x00\x01\xb3\x0a\x00\x78\x19", "video/mpeg"),
        (b".RMF\x00\x00\x00\x12" + bytes(90) + b"video/x-pn-realvideo", "video/vnd.rn-realvideo"),
        (b"DKIF\x00\x00\x20\x00VP80", "video/x-ivf"),
        ((bytes(4) + b"\x47\x40\x11\x10" + bytes(184)) * 4, "video/mp2t"),
    ],
)
def test_formats_that_are_not_made_here_are_told_too(head: bytes, found: str) -> None:
    assert recognise(head) == found


@pytest.mark.parametrize(
    "head",
    [
        FTYP + b"heic" + bytes(12) + MOOV + b"vide",
        FTYP + b"mif1" + bytes(64),
        FTYP + b"crx " + bytes(64),
        b"\x00\x00\x00\x1cftypabcd\x00\x00\x00\x00mif1miaf",
        FTYP + b"M4A " + bytes(12) + MOOV + b"soun",
        FTYP + b"isom" + bytes(12) + MOOV + b"soun",
        MATROSKA + b"\x86\x86A_OPUS",
        b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84what" + bytes(40) + b"\x86\x85V_VP9",
        b"G" * 4096,
        (b"G" + b"a line of text that happens to begin so\n" * 5)[:188] * 9,
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"#EXTM3U\n#EXTINF:1,\nfilm.mp4\n",
        b"FLV without more",
        b"free\x00 and skip",
    ],
    ids=range(14),
)
def test_pictures_sound_texts_and_playlists_are_no_films(head: bytes) -> None:
    assert recognise(head) is None
    assert recognise(head, "mp4", "ts", "mov") is None


@pytest.mark.parametrize(
    "head", [FTYP + b"isom" + bytes(12) + b"\x00\x10\x00\x00mdat", MATROSKA + b"\xec\x4f\xff"]
)
def test_where_tracks_come_late_the_name_decides_for_both_kinds(head: bytes) -> None:
    assert recognise(head, "mp4") is not None
    assert sound(head, "mp4") is None
    for name in ("m4a", "mka"):
        assert recognise(head, name) is None
        assert sound(head, name) is not None


@given(
    start=st.sampled_from([FTYP + b"isom", FTYP + b"qt  ", FTYP + b"M4A ", MATROSKA, MOOV, b"OggS\x00\x02"]),
    rest=st.binary(max_size=300),
    tracks=st.lists(st.sampled_from([b"hdlr" + bytes(8) + b"vide", MOOV + b"soun", b"\x86\x86A_OPUS"])),
    extensions=st.frozensets(st.sampled_from(["m4a", "mp4", "mka", "mov", ""])),
)
def test_no_container_is_both_a_film_and_sound(
    start: bytes, rest: bytes, tracks: list[bytes], extensions: frozenset[str]
) -> None:
    head = start + rest + b"".join(tracks)
    assert recognise(head, *extensions) is None or sound(head, *extensions) is None
