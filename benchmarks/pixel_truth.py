"""Which files have the same decoded pixels, found by decoding them."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image, ImageOps, ImageSequence


def pixel_digests(paths: Iterable[Path]) -> dict[Path, bytes]:
    """Return a digest of every file's frames, as displayed."""
    chosen = sorted(set(paths))
    with ProcessPoolExecutor() as pool:
        return dict(zip(chosen, pool.map(_digest, chosen, chunksize=8), strict=True))


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with Image.open(path) as picture:
        # Pillow leaves out half of 16-bit colours: such a picture is like none but its copies.
        if any(";16" in str(tile[3]) for tile in picture.tile):
            return hashlib.sha256(path.read_bytes()).digest()
        for frame in ImageSequence.Iterator(picture):
            shown = ImageOps.exif_transpose(frame).convert("RGB")
            digest.update(repr(shown.size).encode() + shown.tobytes())
    return digest.digest()
