"""Sizes of very many objects, looked up by a process of its own while others have the processor.

Run as a program, this file is that process. It imports next to nothing, so that it is there in no time.
"""

import os
import stat
import struct
import sys
from array import array
from collections import deque
from collections.abc import Iterator, Sequence

_DIGEST_BYTES = 32
_COUNT = struct.Struct("=q")
_MISSING = -1
_UNANSWERED = 3
"""So many questions may be open: their answers must fit into a pipe, or both sides wait for each other."""
MOST_DIGESTS = 2048
"""The most digests in one question."""


class SizeProcess:
    """Answers questions about sizes in the order in which they are asked."""

    def __init__(self, objects: str) -> None:
        """Start the process that looks into the folder `objects`. Raises OSError."""
        import subprocess

        self._process = subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, "-I", "-S", __file__, objects],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # An interrupt is the asker's affair.
        )
        self._asked: deque[int] = deque()

    @property
    def has_room(self) -> bool:
        """Tell whether a question can be asked before one is answered."""
        return len(self._asked) < _UNANSWERED

    def ask(self, sha256s: Sequence[bytes]) -> None:
        """Ask for the sizes of at most MOST_DIGESTS objects. Raises OSError if the process has ended."""
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(_COUNT.pack(len(sha256s)) + b"".join(sha256s))
        self._process.stdin.flush()
        self._asked.append(len(sha256s))

    def answer(self) -> list[int | None]:
        """Return the sizes of the oldest question, None where there is no object. Raises OSError."""
        assert self._process.stdout is not None  # noqa: S101
        count = self._asked.popleft()
        data = self._process.stdout.read(8 * count)
        if len(data) < 8 * count:
            raise BrokenPipeError("the process that looks up sizes has ended")
        return [None if size == _MISSING else size for size in array("q", data)]

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def _answer_all(objects: str) -> None:
    folder = os.open(objects, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    while header := questions.read(_COUNT.size):
        (count,) = _COUNT.unpack(header)
        data = questions.read(count * _DIGEST_BYTES)
        answers.write(array("q", _sizes(folder, data)).tobytes())
        answers.flush()


def _sizes(folder: int, digests: bytes) -> Iterator[int]:
    for start in range(0, len(digests), _DIGEST_BYTES):
        name = digests[start : start + _DIGEST_BYTES].hex()
        try:
            status = os.stat(f"{name[:2]}/{name[2:4]}/{name}", dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            yield _MISSING
        else:
            yield status.st_size if stat.S_ISREG(status.st_mode) else _MISSING


if __name__ == "__main__":
    _answer_all(sys.argv[1])
