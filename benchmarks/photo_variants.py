"""What becomes of photos: makes labelled near-duplicates from a folder of distinct photos.

Each photo is kept as a JPEG of at most 1600 pixels, and saved once for each transform. The same photos and
the same Pillow give the same files.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from PIL.Image import Transpose

from benchmarks.labelled_pictures import LabelledPicture, write_labels

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}
_LARGEST = 1600
Picture = Image.Image


def _scaled(by: float, picture: Picture) -> Picture:
    size = (max(1, round(picture.width * by)), max(1, round(picture.height * by)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _thumbnail(picture: Picture) -> Picture:
    return _scaled(160 / max(picture.size), picture)


def _brightened(by: float, picture: Picture) -> Picture:
    return ImageEnhance.Brightness(picture).enhance(by)


def _contrasted(by: float, picture: Picture) -> Picture:
    return ImageEnhance.Contrast(picture).enhance(by)


def _blurred(radius: float, picture: Picture) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def _noisy(sigma: float, picture: Picture) -> Picture:
    pixels = np.asarray(picture, dtype=np.float32)
    noise = np.random.default_rng(pixels.size).normal(0, sigma, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def _bordered(share: float, picture: Picture) -> Picture:
    return ImageOps.expand(picture, max(2, round(min(picture.size) * share)), (255, 255, 255))


def _cropped(share: float, picture: Picture) -> Picture:
    across, down = round(picture.width * share), round(picture.height * share)
    left, top = across // 2, down // 2
    return picture.crop((left, top, left + picture.width - across, top + picture.height - down))


def _turned(method: Transpose, picture: Picture) -> Picture:
    return picture.transpose(method)


def _tilted(degrees: float, picture: Picture) -> Picture:
    return picture.rotate(degrees, Image.Resampling.BICUBIC)


def _as_is(picture: Picture) -> Picture:
    return picture


_TRANSFORMS: dict[str, tuple[str, Callable[[Picture], Picture], str, dict[str, Any]]] = {
    **{f"jpeg_q{q}": ("same", _as_is, "jpg", {"quality": q}) for q in (90, 70, 50, 30)},
    **{f"resize_{by}": ("same", partial(_scaled, by), "jpg", {}) for by in (0.75, 0.5, 0.25)},
    "thumb_160": ("same", _thumbnail, "jpg", {"quality": 85}),
    "png": ("same", _as_is, "png", {}),
    "webp_lossless": ("same", _as_is, "webp", {"lossless": True}),
    "webp_q80": ("same", _as_is, "webp", {"quality": 80}),
    **{f"brightness_{by}": ("edit", partial(_brightened, by), "jpg", {}) for by in (0.85, 1.15)},
    **{f"contrast_{by}": ("edit", partial(_contrasted, by), "jpg", {}) for by in (0.85, 1.15)},
    **{f"blur_{radius}": ("edit", partial(_blurred, radius), "jpg", {}) for radius in (1, 3)},
    **{f"noise_{sigma}": ("edit", partial(_noisy, sigma), "jpg", {}) for sigma in (5, 15)},
    "grayscale": ("edit", ImageOps.grayscale, "jpg", {}),
    "border_4": ("edit", partial(_bordered, 0.04), "jpg", {}),
    **{f"crop_{share:.0%}": ("crop", partial(_cropped, share), "jpg", {}) for share in (0.02, 0.05, 0.1)},
    "rotate_90": ("geometry", partial(_turned, Transpose.ROTATE_90), "jpg", {}),
    "rotate_180": ("geometry", partial(_turned, Transpose.ROTATE_180), "jpg", {}),
    "rotate_270": ("geometry", partial(_turned, Transpose.ROTATE_270), "jpg", {}),
    "mirror": ("geometry", partial(_turned, Transpose.FLIP_LEFT_RIGHT), "jpg", {}),
    "flip": ("geometry", partial(_turned, Transpose.FLIP_TOP_BOTTOM), "jpg", {}),
    **{f"tilt_{degrees}": ("geometry", partial(_tilted, degrees), "jpg", {}) for degrees in (2, 5)},
}


def make_variants(photos: Path, folder: Path) -> None:
    """Fill `folder` with what becomes of the photos, and say so in its file of labels."""
    chosen = sorted(path for path in photos.rglob("*") if path.suffix.lower() in _SUFFIXES)
    (folder / "originals").mkdir()
    (folder / "variants").mkdir()
    with ProcessPoolExecutor() as pool:
        made = list(pool.map(partial(_make, folder), range(len(chosen)), chosen))
    write_labels(folder, [picture for of_photo in made for picture in of_photo])


def _make(folder: Path, number: int, photo: Path) -> list[LabelledPicture]:
    with Image.open(photo) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    if max(picture.size) > _LARGEST:
        picture = _scaled(_LARGEST / max(picture.size), picture)
    original = folder / "originals" / f"{number:05}.jpg"
    picture.save(original, quality=95)
    # What is made from it is made from what it holds now.
    with Image.open(original) as opened:
        picture = opened.convert("RGB")
    labelled = [LabelledPicture(original, original, "original", "original")]
    copy = folder / "variants" / f"{number:05}__exact_copy.jpg"
    shutil.copyfile(original, copy)
    labelled.append(LabelledPicture(copy, original, "exact_copy", "exact"))
    for name, (kind, change, suffix, options) in _TRANSFORMS.items():
        path = folder / "variants" / f"{number:05}__{name}.{suffix}"
        change(picture).save(path, **{"quality": 92, **options})
        labelled.append(LabelledPicture(path, original, name, kind))
    return labelled
