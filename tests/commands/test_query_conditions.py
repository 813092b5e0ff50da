"""`dam-cli query --where`: entities by what their components say, on both databases."""

from pathlib import Path

import pytest

from tests.command_line import CommandInProcess
from tests.commands.facts import add, outcomes, show, write
from tests.commands.test_query import names
from tests.models.image.metadata import making
from tests.models.image.metadata.making import exif_of, jpeg_of, xmp_of

KEYWORDS = "<dc:subject><rdf:Bag><rdf:li>Sea</rdf:li><rdf:li>\u00c9t\u00e9</rdf:li></rdf:Bag></dc:subject>"
DEGREES = ((46.0, 53.0, 54.0), (102.0, 46.0, 7.0))


@pytest.fixture
def photos(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """The command line on a library with two photos that say when, where and with what they were taken."""
    nikon = exif_of(
        {making.MAKE: "NIKON CORPORATION", making.MODEL: "NIKON D800", making.ORIENTATION: 6},
        {
            making.TAKEN: "2021:07:31 23:59:59",
            making.OFFSET: "+02:00",
            0x829A: 0.005,
            0x8827: 3200,
            0x9209: 16,
        },
        {1: "N", 2: DEGREES[0], 3: "W", 4: DEGREES[1]},
    )
    canon = exif_of(
        {making.MAKE: "Canon", making.MODEL: "Canon EOS R6"}, {making.TAKEN: "2021:08:01 00:00:00"}
    )
    write(tmp_path / "media" / "nikon.jpg", jpeg_of(nikon, xmp_of(KEYWORDS)))
    write(tmp_path / "media" / "canon.jpg", jpeg_of(canon))
    added = library("add-asset", "-r", tmp_path / "media")
    assert added.exit_code == 0, added.stderr
    return library


@pytest.mark.parametrize(
    "condition",
    [
        "Camera.name=Nikon D800",
        "camera.NAME ~ NIKON",
        "CaptureTime.local=2021-07",
        "CaptureTime.local<2021-08",
        "CaptureTime.local<=2021-07-31",
        "CaptureTime.utc=2021-07-31T21:59:59",
        "CaptureTime.utc>=2021-07-31T21Z",
        "CaptureTime.offset_minutes=120",
        "Exposure.iso>=3200",
        "Exposure.seconds=1/200",
        "Exposure.seconds<0.01",
        "GpsPosition.longitude<-100",
        "ImageKeyword.keyword=Sea",
        "ImageKeyword.keyword~se",
        "ImageKeyword.keyword~\u00c9T",
        "StoredOrientation.value=6",
        "ImageMetadata.record.ExifIFD.Flash=16",
        "ImageMetadata.record.XMP.dc:subject.0=Sea",
        "ImageMetadata.record.XMP~sea",
        "ImageMetadata.record~nikon d",
    ],
)
def test_one_photo_is_found_by_what_it_says(photos: CommandInProcess, condition: str) -> None:
    assert names(photos("query", "--where", condition, "--json")) == {"nikon.jpg"}


@pytest.mark.parametrize(
    "condition",
    [
        "CaptureTime.local>2021-08",
        "CaptureTime.local=2022",
        "Camera.name=nikon d800",
        "Camera.name~D_00",
        "ImageKeyword.keyword~\u00e9T",
        "ImageMetadata.record.ExifIFD.NoSuchTag=16",
        "GpsPosition.latitude>47",
    ],
)
def test_what_no_photo_says_finds_none(photos: CommandInProcess, condition: str) -> None:
    found = photos("query", "--where", condition)
    assert (found.exit_code, found.stdout) == (1, "")


def test_conditions_hold_all_at_once_and_beside_components(photos: CommandInProcess) -> None:
    both = photos("query", "--where", "CaptureTime.local>=2021-07", "Camera.name~o", "--json")
    assert names(both) == {"nikon.jpg", "canon.jpg"}
    one = photos("query", "--where", "CaptureTime.local>=2021-07", "--lacks", "ImageKeyword", "--json")
    assert names(one) == {"canon.jpg"}


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("Camera", "bad condition: Camera"),
        ("Camera.name", "bad condition"),
        ("Camra.name=x", "did you mean Camera"),
        ("Camera.nme=x", "unknown column: Camera.nme"),
        ("CaptureTime.local=yesterday", "no time"),
        ("CaptureTime.local~2021", "only text contains"),
        ("Exposure.iso=many", "it is a whole number"),
        ("Exposure.iso=99999999999999999999", "no number that can be held"),
        ("Exposure.seconds=1/0", "bad condition"),
        ("Camera.name.make=x", "only JSON has keys"),
        ("ImagePDQ.value=zz", "it is written in hexadecimal digits"),
        ("ImagePHash.value=zz", "it is written in hexadecimal digits"),
        ("ImagePHash.value=111122223333444455", "it has 16 hexadecimal digits"),
    ],
)
def test_what_is_no_condition_is_a_usage_error(
    library: CommandInProcess, condition: str, reason: str
) -> None:
    refused = library("query", "--where", condition)
    assert refused.exit_code == 2
    assert reason in refused.stderr
    assert "Traceback" not in refused.stderr


def test_names_are_compared_as_they_are_written(photos: CommandInProcess) -> None:
    found = photos("query", "--where", "FileProperties.original_name=nikon.jpg", "--json")
    assert names(found) == {"nikon.jpg"}


def test_hashes_and_flags_are_compared_too(photos: CommandInProcess) -> None:
    (nikon,) = photos("query", "--where", "Camera.name~nikon", "--json").json
    found = show(photos, nikon["entity"])["components"]
    for column in ("ContentHashMD5.digest", "ImagePHash.value"):
        component, _, name = column.partition(".")
        assert "nikon.jpg" in names(
            photos("query", "--where", f"{column}={found[component][0][name]}", "--json")
        )
    assert len(photos("query", "--where", "FileLocation.in_place=false", "--json").json) == 2
    assert photos("query", "--where", "FileLocation.in_place=perhaps").exit_code == 2


def test_show_tells_every_fact_and_the_whole_record(photos: CommandInProcess, tmp_path: Path) -> None:
    shown = photos("show", tmp_path / "media" / "nikon.jpg")
    assert "  Camera  make=NIKON CORPORATION  model=NIKON D800  name=Nikon D800  source=exif" in shown.stdout
    assert "local=2021-07-31T23:59:59  precision=second  offset_minutes=120" in shown.stdout
    assert "    record.ExifIFD.ISOSpeedRatings  3200" in shown.stdout
    assert "    record.XMP.dc:subject  Sea, \u00c9t\u00e9" in shown.stdout
    (metadata,) = show(photos, tmp_path / "media" / "nikon.jpg")["components"]["ImageMetadata"]
    assert metadata["record"]["IFD0"]["Model"] == "NIKON D800"


def test_a_picture_that_says_nothing_has_nothing_and_no_failure(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "plain.jpg", jpeg_of()))
    ended = outcomes(library, tmp_path / "plain.jpg")
    systems = ("image.keep_metadata", "image.read_capture", "image.read_description")
    assert {ended[system] for system in systems} == {"nothing"}


def test_a_control_character_in_the_record_does_no_harm_on_a_terminal(
    library: CommandInProcess, tmp_path: Path
) -> None:
    add(library, write(tmp_path / "odd.jpg", jpeg_of(exif_of({making.DESCRIPTION: "red \x1b[31m alert"}))))
    shown = library("show", tmp_path / "odd.jpg")
    assert "\x1b" not in shown.stdout
    assert "alert" in shown.stdout
