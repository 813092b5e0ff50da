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
from dam.models.document.document_error import DocumentError
from dam.models.image import ImageComponent
from dam.models.sound_decoding import SoundError
from dam.models.video.reading import VideoError
from dam.plugins import installed
from tests.models.exiftool_opinion import exiftool_opinion
from tests.models.image.metadata.test_metadata_corpus import ONLY_THEIRS, is_same
from tests.models.our_opinion import our_opinion

PASSWORD = "its text and its properties need a password, which ExifTool does without"
FOREIGN = "FFmpeg does not know this box of 3GPP"
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
    ("video/formats/fixture-imovie.mp4", "title"): FOREIGN,
    ("video/formats/udta.auth.mp4", "creator"): FOREIGN,
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
        kind = kind_of(corpus / path) if (corpus / path).is_file() else None
        if kind is None or not (theirs := exiftool_opinion(type(kind), said)):
            continue
        ours, of = read_by_us(kind, corpus / path), type(kind).__name__.removesuffix("Component")
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
    assert counted.keys() == {"Image", "Audio", "Video", "Document"}
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
