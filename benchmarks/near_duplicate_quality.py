"""What `find-duplicates` finds of near-duplicates of which the truth is known, and what it finds wrongly.

DAM_NEAR_DUPLICATES names a folder of labelled pictures (see `benchmarks/labelled_pictures.py`); or DAM_PHOTOS
names one of photos, no two of the same scene, from which labelled pictures are made and kept. A picture
counts as found if it is in one group with its original.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

from benchmarks import photo_variants
from benchmarks.figure import Figure
from benchmarks.found_groups import FoundGroups, in_one
from benchmarks.labelled_pictures import LabelledPicture, read_labels
from benchmarks.phash_pairs import PHashPairs
from benchmarks.photo_variants import make_variants
from benchmarks.pixel_truth import pixel_digests
from benchmarks.program import BenchLibrary
from benchmarks.table import Table
from benchmarks.workshop import Workshop

LABELLED, PHOTOS = "DAM_NEAR_DUPLICATES", "DAM_PHOTOS"
TARGETS = {"exact": 1.0, "same": 0.999, "edit": 0.99, "crop": 0.6}
TURNED_TARGET = 0.98
"""Of quarter turns and mirrors; small angles need more than fingerprints."""
TILTED = "tilt"
SAME_PIXELS = ("metadata_stripped", "png", "webp_lossless")
"""Transforms after which the decoded pixels are the very same, if nothing else was done."""
_SHOWN = 10
Test = Callable[[LabelledPicture], bool]


def run(workshop: Workshop) -> Iterator[Figure | Table]:
    folder = _labelled(workshop)
    if folder is None:
        print(f"  left out: neither {LABELLED} names labelled pictures nor {PHOTOS} a folder of photos")
        return
    pictures = read_labels(folder)
    if workshop.quick:
        few = sorted({picture.original for picture in pictures})[:5]
        pictures = [picture for picture in pictures if picture.original in few]
    library = BenchLibrary.create(workshop.new("library"))
    library.add_listed([picture.path for picture in pictures], "--no-copy")
    upright, rotated = (_found(workshop, library, *options) for options in ((), ("--rotated",)))
    phash = PHashPairs.read(library)
    variants = [picture for picture in pictures if not picture.is_original]
    yield Figure("photos", len(pictures) - len(variants), "and what became of them")
    yield from _tables(variants, upright, rotated, phash)
    yield _losses(variants, upright)
    yield from _recall_figures(variants, upright, rotated)
    yield from _class_figures(variants, upright)
    for name, found in (("", upright), (" --rotated", rotated)):
        yield from _precision(f"find-duplicates{name}", list(found.pairs(pictures)))
    yield from _precision("pHash <= 10", list(phash.pairs(pictures)))


def _labelled(workshop: Workshop) -> Path | None:
    if folder := os.environ.get(LABELLED):
        return Path(folder)
    photos = os.environ.get(PHOTOS)
    if not photos:
        return None
    make = partial(make_variants, Path(photos).resolve())
    return workshop.kept(f"variants of {Path(photos).name}", make, Path(photo_variants.__file__))


def _found(workshop: Workshop, library: BenchLibrary, *options: str) -> FoundGroups:
    answer = workshop.new("groups.jsonl")
    library.find_duplicates("--json", *options, output=answer)
    return FoundGroups(answer)


def _tables(
    variants: list[LabelledPicture], upright: FoundGroups, rotated: FoundGroups, phash: PHashPairs
) -> Iterator[Table]:
    tests: dict[str, Test] = {
        "found": lambda one: upright.together(one.path, one.original),
        "as near a third": lambda one: upright.around_another(one.path, one.original),
        "--rotated": lambda one: rotated.together(one.path, one.original),
        "pHash <= 10": lambda one: phash.together(one.path, one.original),
    }
    for title, key in (("class", _kind), ("transform", _kind_and_transform)):
        rows: list[list[str | float]] = [
            [name, len(some), *(f"{_share(some, test):.3f}" for test in tests.values())]
            for name, some in _grouped(variants, key)
        ]
        yield Table(f"Recall by {title}", (title, "pictures", *tests), rows)


def _losses(variants: list[LabelledPicture], found: FoundGroups) -> Table:
    """Tell whether many photos lose something, or few lose everything, as plain ones may."""
    lost: Counter[tuple[Path, str]] = Counter()
    for one in variants:
        if one.kind in ("same", "edit") and not found.together(one.path, one.original):
            lost[one.original, one.kind] += 1
    totals: Counter[Path] = Counter()
    for (original, _), count in lost.items():
        totals[original] += count
    rows: list[list[str | float]] = [
        [original.name, lost[original, "same"], lost[original, "edit"]]
        for original, _ in totals.most_common(_SHOWN)
    ]
    return Table("What photos lose most, in pictures", ("photo", "same", "edit"), rows)


def _recall_figures(
    variants: list[LabelledPicture], upright: FoundGroups, rotated: FoundGroups
) -> Iterator[Figure]:
    for kind, target in TARGETS.items():
        some = [one for one in variants if one.kind == kind]
        found = _share(some, lambda one: upright.together(one.path, one.original))
        yield Figure(f"{kind}: found", found, "of them", at_least=target)
    turned = [one for one in variants if one.kind == "geometry" and not one.transform.startswith(TILTED)]
    found = _share(turned, lambda one: rotated.together(one.path, one.original))
    yield Figure("turned and mirrored: found by --rotated", found, "of them", at_least=TURNED_TARGET)


def _class_figures(pictures: list[LabelledPicture], found: FoundGroups) -> Iterator[Figure]:
    copies = [one for one in pictures if one.kind == "exact"]
    marked = _share(copies, lambda one: in_one(found.same_bytes, one.path, one.original))
    yield Figure("exact: byte-identical", marked, "of them", at_least=1)
    candidates = [one for one in pictures if one.transform in SAME_PIXELS]
    decoded = {path for one in candidates for path in (one.path, one.original)}
    pixels = pixel_digests(decoded | found.same_pixels.keys())
    # A copy of an original that was reduced after the copy was made has other pixels, whatever its label.
    equal = [one for one in candidates if pixels[one.path] == pixels[one.original]]
    marked = _share(equal, lambda one: _is_marked(found, one))
    yield Figure("same pixels: pixel-identical", marked, f"of {len(equal)}", at_least=1)
    groups: dict[int, set[bytes]] = {}
    for path, number in found.same_pixels.items():
        groups.setdefault(number, set()).add(pixels[path])
    wrong = sum(len(group) > 1 for group in groups.values())
    yield Figure("pixel-identical: groups of several pictures", wrong, f"of {len(groups)}", at_most=0)


def _is_marked(found: FoundGroups, one: LabelledPicture) -> bool:
    groups = (found.same_bytes, found.same_pixels)
    return any(in_one(group, one.path, one.original) for group in groups)


def _precision(name: str, pairs: list[tuple[LabelledPicture, LabelledPicture]]) -> Iterator[Figure | Table]:
    wrong = [pair for pair in pairs if pair[0].original != pair[1].original]
    if wrong:
        shown = [(one.path.name, other.path.name) for one, other in wrong[:_SHOWN]]
        yield Table(f"{name}: wrong pairs, {len(shown)} of {len(wrong)}", ("one", "other"), shown)
        by_transform = Counter(transform for pair in wrong for transform in {one.transform for one in pair})
        rows = [(transform, count) for transform, count in by_transform.most_common(_SHOWN)]
        yield Table(f"{name}: what is in wrong pairs", ("transform", "pairs"), rows)
    precision = 1 - len(wrong) / len(pairs) if pairs else 1.0
    target = 1.0 if name.startswith("find") else None
    yield Figure(f"{name}: precision", precision, f"of {len(pairs):,} pairs", at_least=target)


def _share(pictures: list[LabelledPicture], test: Test) -> float:
    return sum(map(test, pictures)) / len(pictures) if pictures else 1.0


def _grouped(
    pictures: Iterable[LabelledPicture], key: Callable[[LabelledPicture], str]
) -> Iterator[tuple[str, list[LabelledPicture]]]:
    for name, some in groupby(sorted(pictures, key=key), key=key):
        yield name, list(some)


def _kind(picture: LabelledPicture) -> str:
    return picture.kind


def _kind_and_transform(picture: LabelledPicture) -> str:
    return f"{picture.kind}: {picture.transform}"
