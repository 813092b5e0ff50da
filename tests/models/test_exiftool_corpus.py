"""What real files of every kind say of themselves, compared with what ExifTool reads of them.

Runs only where DAM_TEST_CORPUS names the folder. Values that mean nothing are counted by themselves: 0 is how
cameras write that they do not know, and a position that is not on earth is none.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dam.core.component import Kind
from dam.core.content import Content
from dam.core.recognition import extension_of, recognition_system
from dam.models.audio import AudioComponent
from dam.models.document import DocumentComponent
from dam.models.document.document_error import DocumentError
from dam.models.image import ImageComponent
from dam.models.image.sidecar import SidecarComponent
from dam.models.sound_decoding import SoundError
from dam.models.video import VideoComponent
from dam.models.video.reading import VideoError
from dam.plugins import installed
from tests.models.exiftool_opinion import exiftool_opinion
from tests.models.image.metadata.test_metadata_corpus import ONLY_THEIRS, is_same
from tests.models.our_opinion import our_opinion

PASSWORD = "its text and its properties need a password, which ExifTool does without"
POSTSCRIPT = "PostScript is not read"
NO_DOCUMENT = "its name is none of a document, and the list of its streams stands beyond its beginning"
TELLING = (ImageComponent, SidecarComponent, AudioComponent, VideoComponent, DocumentComponent)
EXPLAINED = {
    (
        "audio/tags/id3_multiple_artists.mp3",
        "creator",
    ): "there are seven; we take the first, ExifTool the last",
    (
        "audio/tags/iso8859_with_image.m4a",
        "title",
    ): "a byte that is no UTF-8, for which each has its own sign",
    ("pdf/r5-user-password.pdf", "creator"): PASSWORD,
    ("pdf/r5-user-password.pdf", "taken"): PASSWORD,
    ("pdf/r6-user-password.pdf", "creator"): PASSWORD,
    ("pdf/r6-user-password.pdf", "taken"): PASSWORD,
}


EXPLAINED |= {
    (path, name): why
    for path, why, names in (
        ("image/formats/fixture.eps", POSTSCRIPT, ("title", "taken")),
        ("office/fixture.doc.cfb", NO_DOCUMENT, ("taken",)),
        ("office/fixture.ppt.cfb", NO_DOCUMENT, ("taken",)),
        ("image/formats/input_bw_one_band.fpx", "FlashPix is not read", ("taken",)),
    )
    for name in names
}


class Value(NamedTuple):
    """What both say of one thing."""

    kind: str
    path: str
    name: str
    theirs: Any
    ours: Any

    @property
    def is_meaningless(self) -> bool:
        return self.name in ONLY_THEIRS.get(self.path, {})

    @property
    def is_equal(self) -> bool:
        return is_same(self.theirs, self.ours)


def kind_of(file: Path) -> Kind | None:
    with file.open("rb") as opened:
        head = opened.read(65536)
    extensions = frozenset({extension_of(file.name.encode())})
    kinds: tuple[type[Kind], ...] = recognition_system(installed().registry.kinds).products  # type: ignore[assignment]
    return next(
        (kind(media_type=found) for kind in kinds if (found := kind.recognise(head, extensions))), None
    )


def read_by_us(kind: Kind, file: Path) -> dict[str, Any]:
    content = Content(open=lambda: file.open("rb"), size=file.stat().st_size)
    try:
        return our_opinion(kind, content)
    except (DocumentError, SoundError, VideoError):
        return {}


@pytest.fixture(scope="module")
def values(corpus: Path) -> list[Value]:
    found: list[Value] = []
    for said in json.loads((corpus / "EXPECTED-exiftool.json").read_text()):
        path = said["SourceFile"]
        if not (corpus / path).is_file():
            continue
        kind = kind_of(corpus / path)
        theirs = exiftool_opinion(type(kind) if kind else None, said)
        ours = read_by_us(kind, corpus / path) if kind else {}
        of = type(kind).__name__.removesuffix("Component") if type(kind) in TELLING else "Other"
        found += [Value(of, path, name, value, ours.get(name)) for name, value in theirs.items()]
    return found


def test_nearly_all_values_of_all_kinds_are_equal(values: list[Value]) -> None:
    meaningful = [value for value in values if not value.is_meaningless]
    equal = Counter(value.kind for value in meaningful if value.is_equal)
    counted = Counter(value.kind for value in meaningful)
    print({kind: f"{equal[kind]} of {counted[kind]}" for kind in sorted(counted)})
    print(f"{equal.total()} of {counted.total()}: {equal.total() / counted.total():.2%}")
    strictly = sum(value.is_equal for value in values)
    print(f"with values that mean nothing {strictly} of {len(values)}: {strictly / len(values):.2%}")
    assert counted.keys() == {"Image", "Sidecar", "Audio", "Video", "Document", "Other"}
    assert counted.total() >= 1000
    assert equal.total() / counted.total() >= 0.98


def test_every_difference_is_explained(values: list[Value]) -> None:
    different = {
        (value.path, value.name): value
        for value in values
        if not value.is_equal and value.kind != ImageComponent.__name__.removesuffix("Component")
    }
    for where, value in different.items():
        print(*where, repr(value.theirs), repr(value.ours), EXPLAINED.get(where), sep="  ")
    assert different.keys() == EXPLAINED.keys()
