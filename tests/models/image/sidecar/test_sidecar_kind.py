"""Sidecars keep the laws of a kind; what they are is told by their bytes, what is wrong in a sentence."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.content import Content
from dam.core.ledger import Outcome
from dam.models.image import ImageComponent
from dam.models.image.metadata.image_label_component import ImageLabelComponent
from dam.models.image.metadata.image_rating_component import ImageRatingComponent
from dam.models.image.metadata.image_title_component import ImageTitleComponent
from dam.models.image.metadata.window import MalformedError
from dam.models.image.samples import encoded, photo
from dam.models.image.sidecar import SidecarComponent, samples
from dam.models.image.sidecar.packet import SIZE_LIMIT, read_sidecar_file
from dam.models.image.sidecar.sidecar_properties_component import SidecarPropertiesComponent
from dam.testing import KindContract, visit_bytes


class TestSidecarKind(KindContract):
    kind = SidecarComponent
    samples = samples


@pytest.mark.parametrize("name", sorted({**samples.good(), **samples.odd()}.keys() - {"bare.xmp"}))
def test_a_sidecar_is_one_whatever_it_is_called(name: str) -> None:
    data = {**samples.good(), **samples.odd()}[name]
    assert SidecarComponent.recognise(data, frozenset({"jpg"})) == "application/rdf+xml"


@pytest.mark.parametrize(
    "data",
    [
        samples.odd()["bare.xmp"],
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><metadata/></svg>',
        b"<!-- x:xmpmeta --><html/>",
        b"<" * 60_000,
        b"<!--" * 15_000,
    ],
)
def test_rdf_and_other_xml_are_no_sidecars_unless_they_are_called_so(data: bytes) -> None:
    assert SidecarComponent.recognise(data, frozenset({"rdf", "svg", ""})) is None
    assert SidecarComponent.recognise(data, frozenset({"xmp"})) is not None


def test_an_empty_file_is_no_sidecar_since_all_empty_files_are_one_asset() -> None:
    assert SidecarComponent.recognise(b"", frozenset({"xmp"})) is None


def test_what_is_of_another_kind_stays_that_under_the_name_of_a_sidecar() -> None:
    products = visit_bytes("photo.xmp", encoded(photo(1))).products
    assert products[ImageComponent]
    assert not products.get(SidecarComponent)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cut.xmp", "no whole XMP: "),
        ("garbage.xmp", "no whole XMP: not well-formed"),
        ("zeros.xmp", "the sidecar is empty"),
        ("wrong encoding.xmp", "no whole XMP: not well-formed"),
        ("unknown encoding.xmp", "no whole XMP: unknown encoding"),
        ("no rdf.xmp", "no whole XMP: there is no rdf:RDF in it"),
        ("laughs.xmp", "no whole XMP: it has a document type"),
        ("laughs inside.xmp", "no whole XMP: it has a document type"),
        ("external.xmp", "no whole XMP: it has a document type"),
        ("deep.xmp", "no whole XMP: it is nested more than 64 levels deep"),
        ("many.xmp", "no whole XMP: it has more than 50000 elements"),
    ],
)
def test_what_is_broken_fails_once_with_the_reason_and_says_nothing(name: str, reason: str) -> None:
    result = visit_bytes(name, samples.broken()[name])
    failed = [(run.system, run.message) for run in result.runs if run.outcome is Outcome.FAILED]
    assert [system for system, _ in failed] == ["image.read_sidecar"]
    assert str(failed[0][1]).startswith(reason)
    assert not any(result.products.get(fact) for fact in (ImageTitleComponent, SidecarPropertiesComponent))


def test_a_huge_one_is_not_read() -> None:
    huge = Content(open=Content.from_bytes(b"").open, size=SIZE_LIMIT + 1)
    with pytest.raises(MalformedError, match=f"a sidecar of {SIZE_LIMIT + 1} bytes"):
        read_sidecar_file(huge)


def test_what_programs_write_is_understood() -> None:
    lightroom, darktable = (
        visit_bytes("a.xmp", data).products for data in (samples.lightroom(), samples.darktable())
    )
    assert lightroom[ImageRatingComponent] == [{"stars": 3.0, "source": "sidecar"}]
    assert lightroom[ImageLabelComponent] == [{"label": "Red", "source": "sidecar"}]
    assert darktable[ImageRatingComponent] == [{"stars": -1.0, "source": "sidecar"}]
    assert darktable[ImageLabelComponent] == [{"label": "Green", "source": "sidecar"}]
    names = [said[SidecarPropertiesComponent][0]["file_name"] for said in (lightroom, darktable)]
    assert names == ["IMG_1.CR2", "IMG_1.CR2"]


@pytest.mark.parametrize("name", sorted(samples.odd().keys() - {"says nothing.xmp"}))
def test_a_title_is_read_in_any_encoding(name: str) -> None:
    (title,) = visit_bytes(name, samples.odd()[name]).products[ImageTitleComponent]
    assert title == {"text": "S\u00e9e", "source": "sidecar"}


@given(st.sampled_from(sorted({**samples.good(), **samples.odd()}.values())), st.data())
def test_damage_anywhere_is_read_or_refused_and_nothing_else(whole: bytes, data: st.DataObject) -> None:
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    if damaged:
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MalformedError):
        read_sidecar_file(Content.from_bytes(bytes(damaged)))
