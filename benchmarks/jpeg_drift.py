"""How far dam's hashes of large JPEGs, made from a scaled decode, are from imagehash's of all pixels.

The JPEGs are made from the photos in the folder that DAM_TEST_CORPUS names: each photo cropped and
enlarged to 3 to 12 megapixels and saved at several qualities. The same folder gives the same JPEGs.
"""

import itertools
import os
import statistics
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import imagehash
from PIL import Image

from benchmarks.figure import Figure
from benchmarks.workshop import Workshop
from dam.core.content import Content
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.models.image.raster import raster

SIZES = (
    (2000, 1500),
    (2048, 1536),
    (2560, 1440),
    (2448, 1836),
    (2400, 2400),
    (3000, 2000),
    (2304, 3072),
    (2816, 2112),
    (2592, 3456),
    (3264, 2448),
    (3648, 2736),
    (3872, 2592),
    (3504, 2336),
    (4096, 2731),
    (3000, 4000),
    (4000, 3000),
    (4608, 2592),
)
"""Width and height, from 3 to 12 megapixels."""
QUALITIES = (50, 70, 80, 90, 95)
CROPS = (1.0, 0.85, 0.7)
Drift = dict[str, int]
TARGETS = {"phash": 0.25, "ahash": 0.2, "dhash": 0.2}

_SUFFIXES = {".jpg", ".jpeg", ".png"}
_LEAST = 240
"""Pixels of the short side below which a picture is a thumbnail and no photo."""


@dataclass(frozen=True)
class Case:
    """One JPEG to be made."""

    photo: Path
    size: tuple[int, int]
    quality: int
    crop: float
    """Which part of each side is kept."""


def run(workshop: Workshop) -> Iterator[Figure]:
    corpus = os.environ.get("DAM_TEST_CORPUS")
    if not corpus:
        print("  left out: DAM_TEST_CORPUS names no folder of photos")
        return
    cases = list(_cases(_photos(Path(corpus))))
    if workshop.quick:
        cases = cases[::50]
    with ProcessPoolExecutor() as pool:
        drifts = list(pool.map(drift_of, cases))
    yield Figure("JPEGs", len(drifts), "files")
    for name, target in TARGETS.items():
        yield Figure(f"{name} drift", statistics.fmean(drift[name] for drift in drifts), "bits", target)


def drift_of(case: Case) -> Drift:
    """Return by how many bits each hash of dam's differs from imagehash's."""
    data = _jpeg(case)
    ours = [hash_.value for hash_ in hash_perceptually(raster(Content.from_bytes(data)))]
    with Image.open(BytesIO(data)) as picture:
        picture.load()
        theirs = [imagehash.phash(picture), imagehash.average_hash(picture), imagehash.dhash(picture)]
    pairs = zip(TARGETS, ours, theirs, strict=True)
    return {name: (mine ^ int(str(reference), 16)).bit_count() for name, mine, reference in pairs}


def _cases(photos: Iterable[Path]) -> Iterator[Case]:
    """Yield every photo in every size, with qualities and crops taking turns."""
    variations = itertools.cycle(itertools.product(QUALITIES, CROPS))
    for photo, size in itertools.product(photos, SIZES):
        quality, crop = next(variations)
        yield Case(photo, size, quality, crop)


def _photos(corpus: Path) -> list[Path]:
    return sorted(path for path in (corpus / "photo").rglob("*") if _is_photo(path))


def _is_photo(path: Path) -> bool:
    if path.suffix.lower() not in _SUFFIXES:
        return False
    with Image.open(path) as picture:
        return min(picture.size) >= _LEAST


def _jpeg(case: Case) -> bytes:
    with Image.open(case.photo) as opened:
        photo = opened.convert("RGB")
    width, height = photo.size
    # The part is as high in proportion to its width as the JPEG, and lies off the centre.
    wanted = case.size[0] / case.size[1]
    across = min(width, round(height * wanted)) * case.crop
    down = min(height, round(width / wanted)) * case.crop
    left, top = (width - across) * 0.4, (height - down) * 0.6
    made = photo.resize(case.size, Image.Resampling.LANCZOS, (left, top, left + across, top + down))
    file = BytesIO()
    made.save(file, "JPEG", quality=case.quality)
    return file.getvalue()
