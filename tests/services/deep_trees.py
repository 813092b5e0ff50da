"""Folders deeper than any path that the kernel takes."""

import os


def make_deep_folder(top: bytes, name: bytes, depth: int) -> bytes:
    """Make `depth` folders called `name` inside each other under `top`, and return the last one's path."""
    descriptor = os.open(top, os.O_PATH)
    for _ in range(depth):
        os.mkdir(name, dir_fd=descriptor)
        inner = os.open(name, os.O_PATH, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
    return b"/".join([top, *[name] * depth])


def remove_deep_folder(top: bytes, name: bytes) -> None:
    """Remove folders inside each other without recursion, deepest first, with what files they hold."""
    descriptor = os.open(top, os.O_RDONLY)
    depth = 0
    while name in map(os.fsencode, os.listdir(descriptor)):
        descriptor = _replace(descriptor, name)
        depth += 1
    for _ in range(depth):
        for file in os.listdir(descriptor):
            os.unlink(file, dir_fd=descriptor)
        descriptor = _replace(descriptor, b"..")
        os.rmdir(name, dir_fd=descriptor)
    os.close(descriptor)


def _replace(descriptor: int, name: bytes) -> int:
    following = os.open(name, os.O_RDONLY, dir_fd=descriptor)
    os.close(descriptor)
    return following
