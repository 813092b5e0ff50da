"""How much there is to do, found out beside the work itself for whoever watches the bar."""

import os
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from dam.commands.progress import Progress
from dam.ingest.listing import Listing
from dam.ingest.options import AddOptions
from dam.library import Library


class Forecast:
    """Counts the files that paths mean, in a thread, as long as a `with` block lasts."""

    def __init__(
        self,
        library: Library,
        paths: Sequence[str],
        options: AddOptions,
        progress: Progress,
        *,
        is_whole: bool,
    ) -> None:
        """Count for `progress`; if the paths are not the `is_whole` list, nothing can be foretold."""
        self._progress = progress
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None
        if progress.is_shown and is_whole:
            listings = library.survey(map(os.fsencode, paths), options)
            self._thread = threading.Thread(target=self._count, args=[listings], daemon=True)

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def _count(self, listings: Iterator[Listing]) -> None:
        files = size = 0
        for listing in listings:
            if self._is_over.is_set():
                return
            files += len(listing.files) + len(listing.others)
            size += sum(status.st_size for _, status in listing.files)
            # Only the end is a total: a bar that runs up to a growing one would go backwards.
        self._progress.expect(files=files, size=size)
