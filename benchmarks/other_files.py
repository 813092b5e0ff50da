"""Files that are no pictures: what else lies on people's disks, each different in content."""

import io
import random
import zipfile
from pathlib import Path

_WORDS = ("library", "keeps", "every", "file", "once", "wherever", "copies", "live", "finds", "resembles")
_PER_FOLDER = 100


def make_mixture(folder: Path, count: int) -> None:
    """Make texts, binaries, archives and 4 kB blocks by turns, and one empty file."""
    makers = (_text, _binary, _archive, _block)
    kinds = (".txt", ".bin", ".zip", ".dat")
    for number in range(count):
        source = random.Random(number)
        turn = number % len(makers)
        _put(folder, number, kinds[turn], makers[turn](source))
    (folder / "empty").touch()


def make_blocks(folder: Path, count: int, size: int = 4096, per_folder: int = _PER_FOLDER) -> None:
    """Make files of `size` bytes that do not compress."""
    source = random.Random(1)
    for number in range(count):
        _put(folder, number, ".dat", source.randbytes(size), per_folder)


def make_tiny(folder: Path, count: int, per_folder: int) -> None:
    """Make files of a few bytes."""
    for number in range(count):
        _put(folder, number, ".txt", b"%d\n" % number, per_folder)


def _put(folder: Path, number: int, suffix: str, data: bytes, per_folder: int = _PER_FOLDER) -> None:
    inner = folder / f"{number // per_folder:04}"
    if number % per_folder == 0:
        inner.mkdir(parents=True)
    (inner / f"{number:06}{suffix}").write_bytes(data)


def _text(source: random.Random) -> bytes:
    return " ".join(source.choices(_WORDS, k=source.randrange(20, 3000))).encode()


def _binary(source: random.Random) -> bytes:
    return source.randbytes(source.randrange(100, 200_000))


def _archive(source: random.Random) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            # A fixed time, so that the same seed gives the same bytes.
            archive.writestr(zipfile.ZipInfo(f"{number}.txt"), _text(source))
    return file.getvalue()


def _block(source: random.Random) -> bytes:
    return source.randbytes(4096)
