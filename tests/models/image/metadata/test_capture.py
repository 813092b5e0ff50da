"""What the camera wrote: time, camera, lens, exposure, position, orientation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.TiffImagePlugin import IFDRational

from dam.models.image.metadata.camera_component import camera
from dam.models.image.metadata.capture_time_component import CaptureTimeComponent, capture_time
from dam.models.image.metadata.exposure_component import exposure
from dam.models.image.metadata.gps_position_component import GpsPositionComponent, gps_position
from dam.models.image.metadata.lens_component import lens
from dam.models.image.metadata.makers import full_name
from dam.models.image.metadata.moment import read_moment, read_offset
from dam.models.image.metadata.stored_orientation_component import stored_orientation
from tests.models.image.metadata import making
from tests.models.image.metadata.making import exif_of, iptc_of, jpeg_of, read, resources_of, xmp_of


def taken(data: bytes) -> CaptureTimeComponent:
    found = capture_time(read(data))
    assert found is not None
    return found


def exif_time(**gps: Any) -> bytes:
    exif = {
        making.TAKEN: "2021:07:10 20:39:25",
        making.FRACTION: "077",
        making.DIGITIZED: "2022:01:01 00:00:00",
    }
    return exif_of({}, exif, {int(tag[1:]): value for tag, value in gps.items()})


def test_the_time_of_exif_has_its_fraction_and_its_offset() -> None:
    found = taken(
        jpeg_of(
            exif_of({}, {making.TAKEN: "2021:07:10 20:39:25", making.FRACTION: "77", making.OFFSET: "+01:00"})
        )
    )
    assert found.local == datetime(2021, 7, 10, 20, 39, 25, 770000)  # noqa: DTZ001
    assert found.offset_minutes == 60
    assert found.utc == datetime(2021, 7, 10, 19, 39, 25, 770000, UTC)
    assert (found.source, found.field, found.precision) == ("exif", "DateTimeOriginal", "second")


def test_without_an_offset_utc_is_not_known() -> None:
    found = taken(jpeg_of(exif_time()))
    assert (found.offset_minutes, found.utc) == (None, None)
    assert found.local.microsecond == 77000


@pytest.mark.parametrize(
    ("hour", "minute", "day", "offset"),
    [
        (18, 39, "2021:07:10", 120),
        (15, 9, "2021:07:10", 330),
        (4, 38, "2021:07:11", -480),
        (20, 39, "2021:07:10", 0),
    ],
)
def test_the_offset_shows_in_the_difference_to_gps_time(
    hour: int, minute: int, day: str, offset: int
) -> None:
    found = taken(jpeg_of(exif_time(t7=(IFDRational(hour), IFDRational(minute), IFDRational(25)), t29=day)))
    assert found.offset_minutes == offset


@pytest.mark.parametrize(("hour", "minute"), [(18, 32), (1, 39), (24, 0), (18, 61)])
def test_a_difference_that_no_clock_has_tells_no_offset(hour: int, minute: int) -> None:
    stamp = (IFDRational(hour), IFDRational(minute), IFDRational(25))
    assert taken(jpeg_of(exif_time(t7=stamp, t29="2021:07:10"))).offset_minutes is None


@pytest.mark.parametrize(
    ("xmp", "iptc", "digitized", "said"),
    [
        ("<photoshop:DateCreated>2003-08</photoshop:DateCreated>", b"20030831", True, ("xmp", "month", 2003)),
        ("", b"20030831", True, ("iptc", "day", 2003)),
        ("", b"20040000", True, ("iptc", "year", 2004)),
        ("<xmp:CreateDate>2005-01-25T10:30Z</xmp:CreateDate>", b"", False, ("xmp", "minute", 2005)),
        ("<xmp:CreateDate>2005-01-25T10:30Z</xmp:CreateDate>", b"", True, ("exif", "second", 2022)),
    ],
)
def test_taken_counts_before_digitized_and_xmp_before_iptc(
    xmp: str, iptc: bytes, digitized: bool, said: tuple[str, str, int]
) -> None:
    exif = exif_of({}, {making.DIGITIZED: "2022:01:01 10:00:00"}) if digitized else b""
    sets = resources_of((0x0404, iptc_of((55, iptc)))) if iptc else b""
    found = taken(jpeg_of(exif, xmp_of(xmp), sets))
    assert (found.source, found.precision, found.local.year) == said


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2021:02:30 10:00:00",
        "2021:07:10 24:00:00",
        "2021:13:01",
        "now",
    ],
)
def test_a_time_that_does_not_exist_is_none(text: str) -> None:
    assert capture_time(read(jpeg_of(exif_of({}, {making.TAKEN: text})))) is None


@given(st.datetimes(datetime(1000, 1, 1), datetime(9998, 12, 31)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_every_time_that_is_written_is_read(local: datetime, offset: int) -> None:
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    written = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    found = read_moment(f"{local.isoformat()}{written}")
    assert found is not None
    assert (found.local, found.offset) == (local, offset)
    assert read_offset(written) == offset
    assert found.utc == (local - timedelta(minutes=offset)).replace(tzinfo=UTC)


@given(st.text())
def test_no_text_makes_trouble_where_a_time_is_to_be(text: str) -> None:
    found = read_moment(text)
    assert found is None or found.precision in ("year", "month", "day", "minute", "second")


@pytest.mark.parametrize(
    ("make", "model", "name"),
    [
        ("NIKON CORPORATION", "NIKON D800", "Nikon D800"),
        ("Canon", "Canon EOS R6", "Canon EOS R6"),
        ("SONY", "ILCE-7M3", "Sony ILCE-7M3"),
        ("OLYMPUS IMAGING CORP.", "E-M10", "Olympus E-M10"),
        ("Eastman Kodak Company", "KODAK DC50", "Kodak DC50"),
        ("LEICA CAMERA AG", "LEICA M10", "Leica M10"),
        ("HMD Global", "Nokia 7 plus", "HMD Nokia 7 plus"),
        ("vivo", "vivo X90 Pro+", "vivo X90 Pro+"),
        ("Apple", "iPhone 7", "Apple iPhone 7"),
        ("Canon", "Canon", "Canon Canon"),
        (None, "D800", "D800"),
        ("NIKON", None, "Nikon"),
    ],
)
def test_a_camera_has_one_name(make: str | None, model: str | None, name: str) -> None:
    assert full_name(make, model) == name


def test_a_camera_that_only_xmp_names_is_one_too() -> None:
    found = camera(read(jpeg_of(xmp=xmp_of("", 'tiff:Make="DJI" tiff:Model="FC220"'))))
    assert found is not None
    assert (found.name, found.source) == ("DJI FC220", "xmp")


def test_names_are_no_longer_than_an_index_can_hold() -> None:
    found = camera(read(jpeg_of(exif_of({making.MAKE: "\u00e9" * 5000, making.MODEL: "\u00e9" * 5000}))))
    assert found is not None
    assert len(found.name.encode()) < 2700


def test_a_lens_is_known_by_name_and_by_what_it_can_do() -> None:
    zoom = (IFDRational(24), IFDRational(70), IFDRational(28, 10), IFDRational(0, 0))
    found = lens(read(jpeg_of(exif_of({}, {0xA432: zoom, 0xA434: "24-70mm f/2.8"}))))
    assert found is not None
    assert (found.model, found.shortest, found.longest) == ("24-70mm f/2.8", 24, 70)
    assert (found.aperture_at_shortest, found.aperture_at_longest) == (2.8, None)


def test_a_lens_that_only_xmp_names_is_one_too() -> None:
    found = lens(read(jpeg_of(xmp=xmp_of("", 'aux:Lens="50mm" aux:LensInfo="50/1 50/1 14/10 14/10"'))))
    assert found is not None
    assert (found.model, found.longest, found.aperture_at_longest, found.source) == ("50mm", 50, 1.4, "xmp")


def test_an_exposure_is_in_plain_units() -> None:
    exif = {
        0x829A: IFDRational(1, 200),
        0x829D: IFDRational(56, 10),
        0x8827: 400,
        0x920A: IFDRational(50),
        0xA405: 75,
    }
    found = exposure(read(jpeg_of(exif_of({}, exif))))
    assert found is not None
    assert (found.seconds, found.aperture, found.iso) == (0.005, 5.6, 400)
    assert (found.focal_length, found.focal_length_35mm) == (50, 75)


def test_stops_count_where_there_is_no_time_and_no_aperture() -> None:
    found = exposure(read(jpeg_of(exif_of({}, {0x9201: IFDRational(7), 0x9202: IFDRational(4)}))))
    assert found is not None
    assert (found.seconds, found.aperture) == (1 / 128, 4)


def test_an_iso_that_is_too_large_for_its_field_stands_in_another() -> None:
    found = exposure(read(jpeg_of(exif_of({}, {0x8827: 65535, 0x8832: 102400}))))
    assert found is not None
    assert found.iso == 102400


@pytest.mark.parametrize(
    "exif",
    [
        {0x829A: IFDRational(1, 0)},
        {0x829A: IFDRational(0, 1), 0x8827: 0},
        {0x8827: 2**32 - 1},
        {0x829D: "f/8"},
    ],
)
def test_what_is_no_number_above_zero_is_not_known(exif: dict[int, object]) -> None:
    assert exposure(read(jpeg_of(exif_of({}, exif)))) is None


def position(latitude: Any, longitude: Any, refs: str = "NE", **more: Any) -> GpsPositionComponent | None:
    gps = {1: refs[0], 2: latitude, 3: refs[1], 4: longitude} | {
        int(tag[1:]): value for tag, value in more.items()
    }
    return gps_position(read(jpeg_of(exif_of({}, None, gps))))


def degrees(*parts: float) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(round(part * 1000), 1000) for part in parts)


def test_a_position_is_in_signed_degrees_and_metres() -> None:
    found = position(degrees(33, 52, 4.5), degrees(70, 30, 0), "SW", t5=b"\1", t6=IFDRational(12))
    assert found is not None
    assert (found.latitude, found.longitude) == (-33.867916667, -70.5)
    assert found.altitude == -12


def test_the_position_of_xmp_counts_where_exif_has_none() -> None:
    xmp = 'exif:GPSLatitude="46,53.90352N" exif:GPSLongitude="102,46,30W" exif:GPSAltitude="1633/1"'
    found = gps_position(read(jpeg_of(xmp=xmp_of("", xmp))))
    assert found is not None
    assert (found.latitude, found.longitude, found.altitude) == (46.898392, -102.775, 1633)
    assert found.source == "xmp"


@pytest.mark.parametrize(
    ("latitude", "longitude", "refs"),
    [
        (degrees(91, 0, 0), degrees(1, 0, 0), "NE"),
        (degrees(1, 0, 0), degrees(180, 1, 0), "NE"),
        (degrees(1, 0, 0), degrees(1, 0, 0), "XE"),
        (degrees(1, 0), degrees(1, 0, 0), "NE"),
        ((IFDRational(0, 0),) * 3, degrees(1, 0, 0), "NE"),
    ],
)
def test_a_position_that_is_not_on_earth_is_none(latitude: Any, longitude: Any, refs: str) -> None:
    assert position(latitude, longitude, refs) is None


@pytest.mark.parametrize("value", range(1, 9))
def test_the_orientation_is_told_as_it_is_stored(value: int) -> None:
    found = stored_orientation(read(jpeg_of(exif_of({making.ORIENTATION: value}))))
    assert found is not None
    assert (found.value, found.source) == (value, "exif")


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_there_is_not_is_none(value: int) -> None:
    assert stored_orientation(read(jpeg_of(exif_of({making.ORIENTATION: value})))) is None
