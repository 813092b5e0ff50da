"""Titles and authors that films have in 3GPP's boxes, which FFmpeg does not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.content import Content
from dam.models.video.samples import Film, encoded
from dam.models.video.user_data import user_data
from dam.models.video.video_tag_component import VideoTagComponent
from dam.testing import visit_bytes


def box(kind: bytes, data: bytes) -> bytes:
    return (8 + len(data)).to_bytes(4, "big") + kind + data


def text(kind: bytes, encoded: bytes) -> bytes:
    return box(kind, bytes(4) + b"\x15\xc7" + encoded)


def boxes(*within: bytes) -> bytes:
    return box(b"ftyp", b"isom\0\0\0\0") + box(
        b"moov", box(b"mvhd", bytes(100)) + box(b"udta", b"".join(within))
    )


def said(data: bytes) -> dict[str, str]:
    return user_data(Content.from_bytes(data))


def test_texts_are_read_in_both_of_their_encodings() -> None:
    titled = (
        text(b"titl", "Grüße".encode() + b"\0"),
        text(b"auth", "\ufeffÄnne".encode("utf-16-be") + b"\0\0"),
    )
    assert said(boxes(*titled)) == {"title": "Grüße", "author": "Änne"}
    assert said(boxes(text(b"titl", b""), text(b"gnre", b"Noise"))) == {}


def test_boxes_with_long_sizes_and_without_any_are_read_too() -> None:
    udta = box(b"udta", text(b"titl", b"a title"))
    long = (1).to_bytes(4, "big") + b"moov" + (16 + len(udta)).to_bytes(8, "big") + udta
    last = bytes(4) + b"moov" + udta
    for movie in (long, last):
        assert said(box(b"ftyp", b"isom\0\0\0\0") + movie) == {"title": "a title"}


def test_what_is_in_no_boxes_says_nothing() -> None:
    for data in (b"", b"moov", b"RIFF1234AVI " + bytes(40), boxes()[:-4] + b"titl"):
        assert said(data) == {}


@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 200))
def test_damage_costs_these_texts_at_most(put: bytes, at: int, cut: int) -> None:
    whole = boxes(text(b"titl", b"a title"))
    said(whole[:at] + put + whole[at + len(put) :])
    said(whole[:cut])


def test_a_film_is_found_by_such_a_title() -> None:
    pytest.importorskip("av")
    film = encoded(Film())
    at = film.rfind(b"moov") - 4
    size = int.from_bytes(film[at : at + 4], "big")
    assert at + size == len(film), "nothing behind it would have to be moved"
    more = box(b"udta", text(b"titl", b"a title"))
    titled = film[:at] + (size + len(more)).to_bytes(4, "big") + film[at + 4 :] + more
    rows = visit_bytes("film.mp4", titled).products[VideoTagComponent]
    assert {"tag": "title", "value": "a title"}.items() <= next(
        row for row in rows if row["tag"] == "title"
    ).items()
