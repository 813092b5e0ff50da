"""Which bytes are sound, and of which format."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.models.audio import AudioComponent, samples
from dam.models.audio.mpeg_frames import id3_size

GOOD = samples.good()
TYPES = {
    "good.wav": "audio/wav",
    "good.mp3": "audio/mpeg",
    "cover.mp3": "audio/mpeg",
    "good.flac": "audio/flac",
    "good.oga": "audio/ogg",
    "good.opus": "audio/opus",
    "good.m4a": "audio/mp4",
    "good.aac": "audio/aac",
    "good.aiff": "audio/aiff",
    "good.au": "audio/basic",
    "good.wma": "audio/x-ms-wma",
    "good.wv": "audio/x-wavpack",
    "good.mka": "audio/x-matroska",
    "good.caf": "audio/x-caf",
    "good.ac3": "audio/ac3",
}

SOUND_ALONE = b"\x00\x00\x00\x20moov" + bytes(4) + b"trakhdlr" + bytes(8) + b"soun"


def recognise(head: bytes, *extensions: str) -> str | None:
    return AudioComponent.recognise(head[:65536], frozenset(extensions))


@pytest.mark.parametrize("name", GOOD)
def test_a_format_is_told_by_its_bytes_alone(name: str) -> None:
    assert recognise(GOOD[name]) == TYPES[name]
    assert recognise(GOOD[name], "txt") == TYPES[name]


@pytest.mark.parametrize(
    "head",
    [
        b"OggS\x00\x02" + bytes(20) + b"\x01\x08" + b"\x80theora",
        b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"hdlr" + bytes(8) + b"vide" + b"hdlr" + bytes(8) + b"soun",
        b"\x00\x00\x00\x18ftypqt  " + bytes(12) + b"hdlr" + bytes(8) + b"vide",
        b"\x00\x00\x00\x18ftypheic" + bytes(64),
        b"\x1a\x45\xdf\xa3" + bytes(40) + b"\x86\x85V_VP9" + b"\x86\x86A_OPUS",
        bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c409e69f84d5bcf11a8fd00805f5c442b")
        + bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b"),
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"FORM\x00\x00\x00\x00ILBM",
        b"\xff\xfe" + "text in UTF-16\n".encode("utf-16-le") * 9,
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        b"#!/bin/sh\n",
        b"#EXTM3U\n#EXTINF:1,\nsong.mp3\n",
    ],
    ids=range(13),
)
def test_films_pictures_texts_and_playlists_are_no_sound(head: bytes) -> None:
    assert recognise(head) is None
    assert recognise(head, "mp3", "m4a", "flac", "wav") is None


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\x00\x00\x00\x18ftypM4B \x00\x00\x00\x00", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(12) + SOUND_ALONE, "audio/mp4"),
        (b"\x00\x00\x00\x18ftypqt  " + bytes(12) + SOUND_ALONE, "audio/mp4"),
        (SOUND_ALONE.replace(b"trak", b"mvhd"), "audio/mp4"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "audio/wav"),
        (b"FORM\x00\x00\x00\x00AIFC", "audio/aiff"),
        (b"MAC \x96\x0f\x00\x00", "audio/x-ape"),
        (b"#!AMR\n\x3c", "audio/amr"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x02", "audio/midi"),
        (b"OggS\x00\x02" + bytes(20) + b"\x01\x08" + b"Speex   ", "audio/x-speex"),
    ],
)
def test_formats_that_are_not_made_here_are_told_too(head: bytes, found: str) -> None:
    assert recognise(head) == found


def test_sound_in_a_container_of_films_is_told_by_its_name_where_its_tracks_come_too_late() -> None:
    head = b"\x00\x00\x00\x18ftypisom" + bytes(64)
    assert recognise(head, "m4a") == "audio/mp4"
    assert recognise(head, "mp4") is None


def test_frames_need_a_second_one_or_the_name() -> None:
    mp3 = GOOD["good.mp3"]
    frames = mp3[id3_size(mp3) :]
    assert recognise(frames) == "audio/mpeg"
    assert recognise(frames[:100]) is None
    assert recognise(frames[:100], "mp3") == "audio/mpeg"
    assert recognise(frames[:100], "doc") is None
    assert recognise(b"cut" + frames, "mp3") == "audio/mpeg"


def test_flac_that_lost_its_header_is_told_by_its_name_and_a_checksum() -> None:
    flac = GOOD["good.flac"]
    start = flac.index(b"\xff\xf8")
    assert recognise(b"left over" + flac[start:], "flac") == "audio/flac"
    assert recognise(b"left over" + flac[start:]) is None
    assert recognise(b"left over" * 99, "flac") is None


@given(st.text(min_size=1))
def test_text_of_letters_is_never_sound(text: str) -> None:
    assert recognise(("say: " + text).encode(errors="replace"), "txt", "flac", "mp3") is None


@given(st.binary(max_size=200), st.sampled_from([*GOOD.values()]), st.integers(0, 64))
def test_damaged_heads_are_answered_not_raised(noise: bytes, good: bytes, keep: int) -> None:
    found = recognise(good[:keep] + noise, "mp3", "aac", "m4a", "flac")
    assert found is None or found.startswith("audio/")


def test_importing_the_kind_imports_neither_decoders_nor_numpy() -> None:
    folder = Path(samples.__file__).parent
    light = [path.stem for path in folder.glob("*_*.py") if path.stem.endswith(("_component", "_matcher"))]
    imports = "; ".join(f"import dam.models.audio.{name}" for name in sorted(light))
    check = f"import sys; {imports}; print(sorted({{'av', 'tinytag', 'PIL', 'numpy'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert len(light) >= 8
    assert done.stdout.strip() == "[]"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "head",
    [
        b"\xff" * 65536,
        b"ID3\x04\x00\x00\x00\x00\x00\x00" * 6553,
        b"\xff\xf8\xc9\x08" * 16384,
        b"OggS\x00\x02" + bytes(65530),
        b"\x00\x00\x00\x18ftypisom" + b"hdlr" * 16380,
        b"\xff\xfb\x90" * 21845,
    ],
    ids=range(6),
)
def test_no_head_makes_a_signature_take_for_ever(head: bytes) -> None:
    recognise(head[:65536], "mp3", "flac", "m4a")
