"""A tree of about a hundred files of every kind that people have, the awkward ones included."""

import os
import random
from pathlib import Path

from dam.models.audio.samples import tune, wav
from dam.models.image.samples import broken, encoded, good, odd, photo

ODD_NAMES = (
    b"two\nlines.txt",
    b"not utf-8 \xff\xfe.txt",
    b" spaces and 'quotes\" .txt",
    "umläut 日本語.txt".encode(),
    "umla\u0308ut decomposed.txt".encode(),
    b"-rf",
    b".hidden",
    b"%s $HOME `id` \\.txt",
    b"x" * 251 + b".txt",
)
EMPTY = ("empty", "empty.txt", "empty.jpg")
LARGE_PICTURES = 3
RECORDINGS = 2
LARGE_BYTES = 3_000_000


def write_tree_of_all_kinds(top: Path) -> Path:
    """Write the tree, with times and modes that would show a touch, and return it."""
    for folder, files in (("good", good()), ("odd", odd()), ("broken", broken())):
        (top / folder).mkdir(parents=True)
        for name, data in files.items():
            (top / folder / name).write_bytes(data)
    _write_others(top / "others")
    _write_again(top / "again")
    _write_what_is_no_file(top / "no files")
    for number, path in enumerate(sorted(top.rglob("*"), reverse=True)):
        os.utime(path, ns=(number, 1_000_000_007 * number + 1), follow_symlinks=False)
    return top


def _write_others(folder: Path) -> None:
    folder.mkdir()
    for number, odd_name in enumerate(ODD_NAMES):
        (folder / os.fsdecode(odd_name)).write_bytes(b"odd name %d" % number)
    for name in EMPTY:
        (folder / name).touch()
    for seed in range(LARGE_PICTURES):
        (folder / f"large-{seed}.jpg").write_bytes(encoded(photo(seed, (1600, 1200))))
    (folder / "large.bin").write_bytes(random.Random(1).randbytes(LARGE_BYTES))
    for number in range(12):
        (folder / f"note-{number}.txt").write_bytes(b"note number %d\n" % number * (number + 1))
    (folder / "read-only.txt").write_bytes(b"nobody may write this")
    (folder / "read-only.txt").chmod(0o444)
    (folder / "private.txt").write_bytes(b"for nobody else")
    (folder / "private.txt").chmod(0o600)
    for seed in range(RECORDINGS):
        (folder / f"sound-{seed}.wav").write_bytes(wav(tune(seed, 3.0, 8000), 8000))
    deep = folder.joinpath(*["deeper"] * 12)
    deep.mkdir(parents=True)
    (deep / "deep.txt").write_bytes(b"far down")


def _write_again(folder: Path) -> None:
    """Write what is elsewhere too: under the same name, under another one, and with other extensions."""
    folder.mkdir()
    picture, note = good()["good.png"], b"note number 3\n" * 4
    for name in ("good.png", "copy.png", "copy.jpg", "copy.txt", "copy"):
        (folder / name).write_bytes(picture)
    for name in ("note-3.txt", "note.csv", "note.py", "note.png"):
        (folder / name).write_bytes(note)
    (folder / "half.jpg").write_bytes(broken()["half.jpg"])
    (folder / "half.gif").write_bytes(broken()["half.jpg"])
    (folder / "large.dat").write_bytes(random.Random(1).randbytes(LARGE_BYTES))
    os.link(folder / "copy.png", folder / "linked.png")


def _write_what_is_no_file(folder: Path) -> None:
    folder.mkdir()
    (folder / "link").symlink_to("../good/good.png")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "round").symlink_to("..")
    os.mkfifo(folder / "pipe")
