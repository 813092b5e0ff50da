"""How many real files are taken for what they are, of every sort.

Runs only where DAM_TEST_CORPUS names the folder, whose MANIFEST says of what sort each file is.
"""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from dam.core.recognition import extension_of, recognition_system
from dam.plugins import installed

# Sorts of files, and the media types that are right for them; None where nobody has to know them.
RIGHT = {
    "image": ("image/", "application/postscript", "application/dicom", "application/x-ole-storage"),
    "raw": ("image/x-",),
    "audio": ("audio/",),
    "video": ("video/", "audio/", "application/vnd.adobe.flash", "application/ogg", None),
    "pdf": ("application/pdf",),
    "archive": ("application/",),
    "office": ("application/", "message/", "text/rtf"),
    "text": ("text/", "application/", None),
}
LISTS = {".txt", ".json", ".meta"}
"""What lies beside the files and is about them."""
TOLD = ("image", "raw", "audio", "pdf", "archive", "office")


def is_right(sort: str, found: str | None) -> bool:
    return any(
        found == right if found is None or right is None else found.startswith(right) for right in RIGHT[sort]
    )


@pytest.fixture(scope="module")
def answers(corpus: Path) -> list[tuple[str, str, str | None]]:
    kinds = recognition_system(installed().registry.kinds).products
    found = []
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            path = Path(row["path"])
            if row["media_type"] not in RIGHT or path.parts[0] == "malformed" or path.suffix in LISTS:
                continue
            head = (corpus / path).open("rb").read(65536)
            extensions = frozenset({extension_of(path.name.encode())})
            media_types = (kind.recognise(head, extensions) for kind in kinds)  # type: ignore[attr-defined]
            media_type = next((one for one in media_types if one is not None), None)
            found.append((row["media_type"], row["path"], media_type))
    return found


def test_real_files_are_taken_for_what_they_are(answers: list[tuple[str, str, str | None]]) -> None:
    counts, right = Counter[str](), Counter[str]()
    wrong = defaultdict(list)
    for sort, path, media_type in answers:
        counts[sort] += 1
        right[sort] += is_right(sort, media_type)
        if not is_right(sort, media_type):
            wrong[sort].append((path, media_type))
    print({sort: f"{right[sort]} of {counts[sort]}" for sort in counts})
    # An empty file is of no format; a sample of an empty archive holds nothing but its end.
    empty = {"exif/real/invalid.jpg", "tiny/zip.zip", "audio/tags/there_is_no_such_ext.bogus"}
    assert {path for sort in TOLD for path, _ in wrong[sort]} <= empty
    assert sum(right.values()) >= 0.99 * sum(counts.values())


def test_most_of_what_is_no_text_is_told(answers: list[tuple[str, str, str | None]]) -> None:
    untold = [path for sort, path, media_type in answers if sort in TOLD and media_type is None]
    assert len(untold) <= 3
