"""What `find-duplicates` answered about pictures of which the truth is known."""

import json
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.labelled_pictures import LabelledPicture

_BYTES, _PIXELS, _NEAR = "byte-identical", "pixel-identical", "near"
Groups = dict[Path, int]
Pair = tuple[LabelledPicture, LabelledPicture]


class FoundGroups:
    """Groups, by the files in them; each has a number.

    Of files with equal pixels only one need be in a near group: then the others count as being in it too.
    """

    def __init__(self, answer: Path) -> None:
        """Read the lines of JSON that the command printed, but for the summary."""
        by_class: dict[str, Groups] = {_BYTES: {}, _PIXELS: {}, _NEAR: {}}
        self._centres: set[Path] = set()
        with answer.open(encoding="utf-8") as lines:
            groups = (found for found in map(json.loads, lines) if "class" in found)
            for number, group in enumerate(groups):
                entities = [group["best"], *group["members"]]
                by_class[group["class"]].update((path, number) for one in entities for path in _paths(one))
                if group["class"] == _NEAR:
                    self._centres.update(
                        path for one in entities if one["entity"] == group["centre"] for path in _paths(one)
                    )
        self.same_bytes, self.same_pixels, near = by_class.values()
        near_of = {self.same_pixels[path]: near[path] for path in near if path in self.same_pixels}
        merged = {path: near_of.get(number, number) for path, number in self.same_pixels.items()}
        self._groups: Groups = self.same_bytes | merged | near
        central = {self.same_pixels[path] for path in self._centres if path in self.same_pixels}
        self._centres.update(path for path, number in self.same_pixels.items() if number in central)

    def together(self, one: Path, other: Path) -> bool:
        """Tell whether two files are in one group."""
        return in_one(self._groups, one, other)

    def around_another(self, one: Path, other: Path) -> bool:
        """Tell whether two files are in one group only because both are near a third one."""
        alike = in_one(self.same_bytes, one, other) or in_one(self.same_pixels, one, other)
        return self.together(one, other) and not alike and not self._centres & {one, other}

    def pairs(self, pictures: Iterable[LabelledPicture]) -> Iterator[Pair]:
        """Yield all pairs of these pictures that are in one group."""
        groups: dict[int, list[LabelledPicture]] = {}
        for picture in pictures:
            if picture.path in self._groups:
                groups.setdefault(self._groups[picture.path], []).append(picture)
        for group in groups.values():
            yield from combinations(group, 2)


def in_one(groups: Groups, one: Path, other: Path) -> bool:
    """Tell whether both files are in the same of these groups."""
    return one in groups and groups[one] == groups.get(other)


def _paths(entity: dict[str, Any]) -> list[Path]:
    return [Path(place["path"]) for place in entity["locations"]]
