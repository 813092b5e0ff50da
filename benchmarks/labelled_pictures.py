"""Pictures of which is known what each was made from, and how.

They lie in a folder with a `labels.csv`: its columns `file` and `original` are paths within the folder,
`transform` names what was done, and `class` what that leaves of the picture: `exact` (the same bytes), `same`
(another encoding or size), `edit`, `crop` or `geometry` (turned, mirrored or tilted). Originals are labelled
`original`. Pictures of different originals are of different scenes.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

LABELS = "labels.csv"
_COLUMNS = ("file", "original", "transform", "class")


@dataclass(frozen=True)
class LabelledPicture:
    """One file, what it was made from, and how."""

    path: Path
    original: Path
    transform: str
    kind: str
    """The class of the transform."""

    @property
    def is_original(self) -> bool:
        return self.path == self.original


def read_labels(folder: Path) -> list[LabelledPicture]:
    """Return what is labelled in a folder, in the order of its file of labels."""
    root = folder.resolve()
    with (root / LABELS).open(newline="", encoding="utf-8") as file:
        rows = [[row[column] for column in _COLUMNS] for row in csv.DictReader(file)]
    return [LabelledPicture(root / name, root / original, how, kind) for name, original, how, kind in rows]


def write_labels(folder: Path, pictures: list[LabelledPicture]) -> None:
    """Write the file of labels of a folder."""
    with (folder / LABELS).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for one in pictures:
            names = (path.relative_to(folder).as_posix() for path in (one.path, one.original))
            writer.writerow([*names, one.transform, one.kind])
