"""Metadata that is broken or meant to do harm costs itself, and nothing else."""

import json
import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.component import Component
from dam.core.content import Content
from dam.core.holdable import require_holdable
from dam.models.image.metadata.capture_system import read_capture
from dam.models.image.metadata.description_system import read_description
from dam.models.image.metadata.embedded import metadata
from dam.models.image.metadata.image_metadata_component import keep_metadata
from dam.models.image.metadata.iptc import read_iptc
from dam.models.image.metadata.record import ROOM
from dam.models.image.metadata.tiff import ENTRY_LIMIT, Large, read_tiff
from dam.models.image.metadata.window import READ_LIMIT, MalformedError, Window
from dam.models.image.metadata.xmp import read_xmp
from tests.models.image.metadata import making
from tests.models.image.metadata.making import chunk, jpeg_of, png_of, read, tiff_of, xmp_of
from tests.models.image.metadata.test_containers import EXIF_AND_XMP, IPTC_TOO, XMP

SEEDS = [*EXIF_AND_XMP.values(), *IPTC_TOO.values(), making.gif_of(XMP)]


class CountingFile(BytesIO):
    """A file that knows how much was read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def everything(data: bytes) -> list[Component]:
    """Return all components made of a file; each must be one that databases hold."""
    file = CountingFile(data)
    said = metadata(Content(open=lambda: file, size=len(data)))
    assert file.taken <= READ_LIMIT
    record = keep_metadata(said)
    made: list[Component] = [*read_capture(said), *read_description(said), *([record] if record else [])]
    for component in made:
        require_holdable(component)
    if record:
        assert len(json.dumps(record.record, ensure_ascii=False)) < 2 * ROOM
    return made


@given(st.binary(max_size=400))
def test_no_bytes_behind_a_header_make_trouble(noise: bytes) -> None:
    everything(noise)
    for magic in (
        b"II*\0",
        b"MM\0*",
        b"II+\0\x08\0\0\0",
        b"\xff\xd8",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"8BPS\0\1",
    ):
        everything(magic + noise)
    for start in (b"\x89PNG\r\n\x1a\n", b"\0\0\0\x10ftypheic\0\0\0\0", b"FUJIFILMCCD-RAW "):
        everything(start + noise)


@given(st.sampled_from(SEEDS), st.data())
def test_no_change_of_a_good_file_makes_trouble(good: bytes, data: st.DataObject) -> None:
    broken = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + 1] = data.draw(st.binary(min_size=0, max_size=4))
        if not broken:
            break
    everything(bytes(broken))


@given(st.sampled_from(SEEDS), st.integers(0, 4000))
def test_no_file_that_ends_early_makes_trouble(good: bytes, length: int) -> None:
    everything(good[:length])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [*range(250, 320), 700, 33432, 33723, 34377, 0x8769, 0x8825, *range(0x9000, 0x9300)]
            ),
            st.integers(0, 20),
            st.integers(0, 2**32 - 1),
            st.binary(min_size=4, max_size=4),
        ),
        max_size=12,
    ),
    st.sampled_from(["<", ">"]),
    st.binary(max_size=300),
)
def test_no_directory_makes_trouble(
    entries: list[tuple[int, int, int, bytes]], order: str, more: bytes
) -> None:
    everything(tiff_of(entries, order, more))
    everything(jpeg_of(tiff_of(entries, order, more)))


@given(st.binary(max_size=300))
def test_no_iptc_and_no_xmp_make_trouble(noise: bytes) -> None:
    read_iptc(b"\x1c\x02" + noise)
    read_xmp(noise)
    read_xmp(XMP[: len(noise)] + noise)


def test_a_directory_that_points_to_itself_is_read_once() -> None:
    circle = b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    assert read_tiff(Window.of(circle)).exif == {}


def test_what_lies_past_the_end_is_left_out_and_the_rest_is_kept() -> None:
    entries = [
        (271, 2, 100, struct.pack("<I", 10**9)),
        (272, 2, 4, b"D80\0"),
        (282, 99, 1, b""),
        (270, 2, 0, b""),
    ]
    assert read_tiff(Window.of(tiff_of(entries))).main == {272: "D80"}


def test_a_value_of_billions_of_numbers_is_not_read() -> None:
    entries = [(258, 3, 2**32 - 1, b""), (37500, 7, 2**31, b""), (272, 2, 4, b"D80\0")]
    assert read_tiff(Window.of(tiff_of(entries))).main == {
        258: Large(2**33 - 2),
        37500: Large(2**31),
        272: "D80",
    }


def test_a_directory_has_a_limit() -> None:
    entries = [(number, 3, 1, b"\1\0") for number in range(5000)]
    assert len(read_tiff(Window.of(tiff_of(entries))).main) == ENTRY_LIMIT


def test_reading_the_same_bytes_again_and_again_has_a_limit() -> None:
    far = struct.pack("<I", 8)
    entries = [(number, 2, 60000, far) for number in range(1000, 1999)]
    assert len(everything(tiff_of(entries, more=bytes(60000)))) <= 1


@pytest.mark.parametrize(("offset", "count"), [(-1, 1), (0, -1), (0, 5), (4, 1), (10**12, 10**12)])
def test_a_window_gives_nothing_that_is_outside(offset: int, count: int) -> None:
    with pytest.raises(MalformedError):
        Window.of(b"four").read(offset, count)


BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
    b'<!ENTITY file SYSTEM "file:///etc/hostname">]>'
)


def test_xmp_has_no_entities_of_its_own() -> None:
    packet = BOMB + xmp_of("<dc:title>&c;&file;</dc:title>").split(b"?>", 1)[1]
    assert read_xmp(packet) == {}


def test_xmp_has_a_depth() -> None:
    deep = xmp_of("<made:a>" * 5000 + "</made:a>" * 5000, 'xmp:Rating="3"')
    assert "made:a" in read_xmp(deep)
    everything(jpeg_of(xmp=deep[:60000]))
    everything(png_of(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + deep)))


def test_xmp_has_a_size() -> None:
    many = xmp_of("".join(f"<made:p{number}>x</made:p{number}>" for number in range(100_000)))
    assert len(everything(png_of(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + many)))) == 1


def test_xmp_that_ends_early_says_what_it_said_before() -> None:
    packet = xmp_of("<dc:format>image/jpeg</dc:format><dc:source>nowhere</dc:source>")
    assert read_xmp(packet[: packet.index(b"nowhere")])["dc:format"] == "image/jpeg"


def test_texts_that_inflate_have_a_limit_together() -> None:
    bomb = chunk(b"zTXt", b"XML:com.adobe.xmp\0\0" + zlib.compress(bytes(50_000_000), 9))
    everything(png_of(*[bomb] * 20))


def test_what_no_database_holds_is_left_out() -> None:
    odd = making.exif_of(
        {making.MAKE: "a\0b", making.DESCRIPTION: "half \ud800".encode("utf-8", "surrogatepass")}
    )
    wide = making.exif_of({0x9C9B: "half \ud800 NUL \0 end".encode("utf-16-le", "surrogatepass")})
    for component in (*everything(jpeg_of(odd)), *everything(jpeg_of(wide))):
        assert "\0" not in repr(component)


def test_numbers_that_json_cannot_hold_are_texts() -> None:
    nan, huge = struct.pack("<f", float("nan")), struct.pack("<f", 1e38)
    (made,) = everything(
        tiff_of([(1000, 11, 1, nan), (1001, 11, 1, huge), (282, 5, 1, struct.pack("<I", 50))])
    )
    record = made.record["IFD0"]  # type: ignore[attr-defined]
    assert record["0x03e8"] == "nan"
    assert isinstance(record["0x03e9"], str)
    json.dumps(record, allow_nan=False)


def test_nothing_said_is_nothing_kept() -> None:
    assert keep_metadata(read(jpeg_of())) is None
