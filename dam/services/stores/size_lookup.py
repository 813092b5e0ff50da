"""Looking up the sizes of very many objects, at once or beside other work."""

from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from dam.services.file_storage import Sizes, Store
from dam.services.stores.size_process import MOST_DIGESTS, SizeProcess

_AT_ONCE = 2048
"""So many objects are looked up before a process of its own is worth starting."""


class SizesNow:
    """A lookup that answers each question when it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._answers: deque[Sizes] = deque()

    def ask(self, sha256s: Sequence[bytes]) -> None:
        """Look the sizes up."""
        self._answers.append(self._store.sizes(sha256s))

    def answer(self) -> Sizes:
        """Return the oldest answer that was not given yet."""
        return self._answers.popleft()

    def close(self) -> None:
        """Do nothing."""


class SizesBeside:
    """A lookup in a folder of objects that has another process do it once there are many."""

    def __init__(self, store: Store, objects: str) -> None:
        self._store = store
        self._objects = objects
        self._count = 0
        self._process: SizeProcess | None = None
        self._open: deque[tuple[Sequence[bytes], Sizes | None]] = deque()
        """What was asked, with the answer where it is known already."""

    def ask(self, sha256s: Sequence[bytes]) -> None:
        """Ask for sizes; the answer may be in the making while other questions are asked."""
        self._count += len(sha256s)
        if self._count > _AT_ONCE and len(sha256s) <= MOST_DIGESTS and self._ask_process(sha256s):
            self._open.append((sha256s, None))
        else:
            self._open.append((sha256s, self._store.sizes(sha256s)))

    def answer(self) -> Sizes:
        """Return the oldest answer that was not given yet. Raises StoreError and NoLibrary."""
        sha256s, known = self._open.popleft()
        if known is not None:
            return known
        with suppress(OSError):
            if self._process is not None and None not in (sizes := self._process.answer()):
                return sizes
            # Something is missing, or the whole store: it can tell which.
            return self._store.sizes(sha256s)
        self.close()
        return self._store.sizes(sha256s)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask_process(self, sha256s: Sequence[bytes]) -> bool:
        try:
            if self._process is None:
                if any(known is None for _, known in self._open):
                    return False  # The process has ended in the midst of it.
                self._process = SizeProcess(self._objects)
            if not self._process.has_room:
                return False
            self._process.ask(sha256s)
        except OSError:
            self._count = -(1 << 62)  # It does not work here: never again.
            return False
        return True
