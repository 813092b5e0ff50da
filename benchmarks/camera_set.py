"""Pictures like a camera's: JPEGs of three sizes, each another scene under the sensor's noise.

The same seed gives the same pictures. A scene is small and soft; what makes a camera's JPEG as large as
it is are grain and texture, so that the strength of the grain decides the size of the file.
"""

import multiprocessing
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from dam.models.image.samples import photo

_SCENE = (320, 240)
_PLAY = 64
"""Pixels by which the grain is larger than a picture: each picture cuts another part out of it."""
_TOLERANCE = 0.15


@dataclass(frozen=True)
class Shape:
    """What one kind of picture looks like, and how large its files are to be on average."""

    size: tuple[int, int]
    grain: float
    """Standard deviation of the luminance noise, in grey levels; it is tuned to `expected_bytes`."""
    expected_bytes: int | None
    kind: str = "JPEG"
    quality: int = 88

    @property
    def suffix(self) -> str:
        return {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[self.kind]


SHAPES = {
    "0.3 MP JPEG": Shape((640, 480), 6.0, 84_000),
    "3 MP JPEG": Shape((2048, 1536), 8.5, 1_000_000),
    "12 MP JPEG": Shape((4000, 3000), 8.3, 3_700_000),
    "0.8 MP PNG": Shape((1024, 768), 2.0, None, "PNG"),
    "3 MP WebP": Shape((2048, 1536), 5.0, None, "WEBP", 80),
}


def make_pictures(folder: Path, shape: Shape, count: int) -> None:
    """Make `count` pictures, in folders of a hundred; raises ValueError if their size is not as expected."""
    tasks = [(folder, shape, number) for number in range(count)]
    for part in range(0, count, 100):
        _path(folder, shape, part).parent.mkdir(parents=True, exist_ok=True)
    # Made before the fork, so that every worker shares it.
    _grain(shape.size, shape.grain)
    with multiprocessing.get_context("fork").Pool() as pool:
        sizes = pool.starmap(_make, tasks, chunksize=4)
    _check(shape, sizes)


def _make(folder: Path, shape: Shape, number: int) -> int:
    scene = photo(number, _SCENE).resize(shape.size, Image.Resampling.BICUBIC)
    left, top = number % _PLAY, number // _PLAY % _PLAY
    width, height = shape.size
    grain = _grain(shape.size, shape.grain).crop((left, top, left + width, top + height))
    path = _path(folder, shape, number)
    picture = ImageChops.add(scene, grain, 1, -128)
    if shape.kind == "PNG":
        picture.save(path, shape.kind, compress_level=6)
    else:
        picture.save(path, shape.kind, quality=shape.quality)
    return path.stat().st_size


def _path(folder: Path, shape: Shape, number: int) -> Path:
    return folder / f"{number // 100:03}CAMERA" / f"DSC{number:05}{shape.suffix}"


@cache
def _grain(size: tuple[int, int], strength: float) -> Image.Image:
    """Return noise around the middle grey, stronger in luminance than in colour."""
    random = np.random.default_rng(1)
    shape = (size[1] + _PLAY, size[0] + _PLAY)
    luminance = random.standard_normal(shape, dtype=np.float32)[..., np.newaxis]
    colour = random.standard_normal((*shape, 3), dtype=np.float32)
    noise = 128 + strength * (luminance + colour / 2)
    return Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))


def _check(shape: Shape, sizes: Iterable[int]) -> None:
    all_sizes = list(sizes)
    mean = sum(all_sizes) / len(all_sizes)
    if shape.expected_bytes and abs(mean / shape.expected_bytes - 1) > _TOLERANCE:
        raise ValueError(f"pictures of {shape.size} have {mean:.0f} bytes, not {shape.expected_bytes}")
