"""Files of no other kind: which formats are told, and what never is."""

import gzip
import io
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.recognition import recognition_system
from dam.models.audio import AudioComponent
from dam.models.image import ImageComponent
from dam.models.other_file import OtherFileComponent


def zipped(*names: str, first: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, b"x")
    return file.getvalue()


def tarred(form: int, name: str = "a.txt") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        archive.addfile(tarfile.TarInfo(name))
    return file.getvalue()


def without_magic(tar: bytes) -> bytes:
    """Return a tar as they were written before 1988, with the checksum that it then has."""
    header = bytearray(tar[:512])
    header[257:265] = bytes(8)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + tar[512:]


TRIANGLE = struct.pack("<12f", *range(12)) + b"\0\0"
OFFICE = "application/vnd.openxmlformats-officedocument"

KNOWN = {
    "truetype": (b"\0\1\0\0\0\x0c\0\x80\0\3\0\x40DSIG" + bytes(64), "", "font/ttf"),
    "opentype": (b"OTTO\0\x0a\0\x80\0\3\0\x20CFF " + bytes(64), "", "font/otf"),
    "woff2": (b"wOF2\0\1\0\0" + bytes(40), "", "font/woff2"),
    "glb": (b"glTF\2\0\0\0" + bytes(16), "", "model/gltf-binary"),
    "blend": (b"BLENDER-v300" + bytes(16), "", "application/x-blender"),
    "binary stl": (bytes(80) + struct.pack("<I", 2) + 2 * TRIANGLE, "stl", "model/stl"),
    "text stl": (b"solid cube\n facet normal 0 0 1\n", "stl", "model/stl"),
    "obj": (b"# a cube\n\nmtllib cube.mtl\nv 0 0 0\n", "obj", "model/obj"),
    "gltf": (b'{"asset": {"version": "2.0"}}', "gltf", "model/gltf+json"),
    "3mf": (zipped("[Content_Types].xml", "3D/3dmodel.model"), "", "model/3mf"),
    "usdz": (zipped("scene.usdc"), "usdz", "model/vnd.usdz+zip"),
    "zip": (zipped("a.txt", "b.txt"), "", "application/zip"),
    "docx": (zipped("[Content_Types].xml", "word/document.xml"), "", f"{OFFICE}.wordprocessingml.document"),
    "xlsx under another name": (zipped("xl/workbook.xml"), "zip", f"{OFFICE}.spreadsheetml.sheet"),
    "epub": (zipped("a.xhtml", first="application/epub+zip"), "", "application/epub+zip"),
    "ods": (
        zipped("content.xml", first="application/vnd.oasis.opendocument.spreadsheet"),
        "",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    "tar": (tarred(tarfile.USTAR_FORMAT), "", "application/x-tar"),
    "old tar": (without_magic(tarred(tarfile.USTAR_FORMAT)), "", "application/x-tar"),
    "gzip": (gzip.compress(b"x"), "", "application/gzip"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "", "application/postscript"),
    "sqlite": (b"SQLite format 3\0" + bytes(84), "", "application/vnd.sqlite3"),
    "film": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "", "video/quicktime"),
    "by puremagic": (b"{\\rtf1\\ansi hello}", "", "application/rtf"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_formats_have_their_media_types(name: str) -> None:
    data, extension, media_type = KNOWN[name]
    assert OtherFileComponent.recognise(data, frozenset({extension})) == media_type
    assert OtherFileComponent.recognise(data, frozenset({extension, "dat", ""})) == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"just some text, nothing else\n" * 9,
        b"solid advice for everybody\n",
        b'{"a": 1}',
        b"a,b\n1,2\n",
        bytes(4096),
        b"\0\1\0\0" + bytes(60),
    ],
)
def test_plain_text_and_zeros_are_not_claimed(data: bytes) -> None:
    assert OtherFileComponent.recognise(data, frozenset({"dat"})) is None


@given(st.binary(max_size=600), st.sampled_from(["", "stl", "obj", "zip", "usdz", "fbx"]))
def test_any_bytes_get_an_answer(data: bytes, extension: str) -> None:
    answer = OtherFileComponent.recognise(data, frozenset({extension}))
    assert answer is None or answer.count("/") == 1


@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_known_formats_that_are_damaged_get_an_answer(name: str, data: st.DataObject) -> None:
    whole, extension, _ = KNOWN[name]
    changed = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    answer = OtherFileComponent.recognise(bytes(changed), frozenset({extension}))
    assert answer is None or answer.count("/") == 1


def test_it_is_asked_when_all_others_have_said_no() -> None:
    kinds = recognition_system((OtherFileComponent, ImageComponent, AudioComponent)).products
    assert [kind.__name__ for kind in kinds] == ["AudioComponent", "ImageComponent", "OtherFileComponent"]
