"""The floor under any ingest: the library calls that nobody can leave out, on all cores, and no more.

Every file is read once, hashed, copied and, if it is a picture, decoded once at the scale that is needed,
hashed perceptually and shrunk to a preview. No database, no supervision, no error handling. One sync
for each group makes the bytes durable before they get their names.

Run as `python -m benchmarks.floor SOURCE TARGET WORKERS`.
"""

import ctypes
import hashlib
import multiprocessing
import os
import sys
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path

from PIL import Image

from dam.models.pdq import pdq

GROUP = 128

_SHORT_SIDE = 512
_PICTURES = frozenset({".jpg", ".png", ".webp"})
_LANCZOS = Image.Resampling.LANCZOS
Copied = tuple[str, str]
"""Where a copy lies, and the digest it is to be named by."""


def ingest(source: Path, target: Path, workers: int) -> None:
    temporary = target / "tmp"
    temporary.mkdir(parents=True)
    tasks = ((str(path), str(temporary / str(n))) for n, path in enumerate(files_under(source)))
    with multiprocessing.get_context("fork").Pool(workers, _start) as pool:
        copies = pool.imap_unordered(process, tasks, chunksize=4)
        while group := list(islice(copies, GROUP)):
            publish(group, target)
    sync_file_system(target)


def files_under(source: Path) -> Iterable[Path]:
    """Yield every file in a stable order."""
    for folder, inner, names in os.walk(source):
        inner.sort()
        for name in sorted(names):
            yield Path(folder, name)


def process(task: tuple[str, str]) -> Copied:
    """Do everything one file needs but the sync."""
    path, copy = task
    with open(path, "rb") as file:
        data = file.read()
    sha256 = hash_and_copy(data, copy)
    if os.path.splitext(path)[1] in _PICTURES:
        fingerprint(data)
    return copy, sha256


def hash_and_copy(data: bytes, copy: str) -> str:
    """Hash twice and write; return the SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    hashlib.md5(data, usedforsecurity=False).digest()
    with open(copy, "wb") as file:
        file.write(data)
    return sha256


def fingerprint(data: bytes) -> bytes:
    """Decode once, make what the hashes need, and return a preview."""
    with Image.open(BytesIO(data)) as picture:
        picture.draft("RGB", (_SHORT_SIDE, _SHORT_SIDE))
        picture.load()
        rgb = picture if picture.mode == "RGB" else picture.convert("RGB")
    grey = rgb.convert("L")
    for size in ((32, 32), (8, 8), (9, 8)):
        grey.resize(size, _LANCZOS)
    pdq(rgb)
    rgb.thumbnail((_SHORT_SIDE, _SHORT_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    file = BytesIO()
    rgb.save(file, "JPEG", quality=80)
    return file.getvalue()


def publish(group: Sequence[Copied], target: Path) -> None:
    """Sync a group once, then give every copy its name."""
    sync_file_system(target)
    for copy, sha256 in group:
        folder = target / sha256[:2] / sha256[2:4]
        folder.mkdir(parents=True, exist_ok=True)
        os.link(copy, folder / sha256)
        os.unlink(copy)


def sync_file_system(folder: Path) -> None:
    """Wait until everything written to the file system of `folder` is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) != 0:
            raise OSError(ctypes.get_errno(), "cannot sync")
    finally:
        os.close(descriptor)


def _start() -> None:
    # As fast as Pillow can be told to be.
    Image.core.set_blocks_max(64)  # type: ignore[attr-defined]


if __name__ == "__main__":
    ingest(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
