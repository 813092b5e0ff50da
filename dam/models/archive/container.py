"""An archive that is open in this process, kept open for whoever asks for the next of its members."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from dam.core.content import Source
from dam.core.path_text import show_path
from dam.errors import SourceUnreachable
from dam.models.archive.member import ArchiveReader
from dam.models.archive.reader import open_reader
from dam.services.file_facts import FileFacts
from dam.services.source_file import SourceFile, behind_link
from dam.services.sources import InPlaceSource


@dataclass(frozen=True)
class Container:
    """An archive of the library: its bytes, its identity, and its format. It pickles."""

    source: Source
    sha256: bytes
    media_type: str


class OpenContainer:
    """The one archive that a process has open, and how far it was read."""

    def __init__(self) -> None:
        self._key: tuple[Container, bool] | None = None
        self._stack = ExitStack()
        self._reader: ArchiveReader | None = None

    def reader(self, container: Container, *, verified: bool) -> ArchiveReader:
        """Return a reader of an archive, the one that is open or a new one.

        If `verified`, the archive's bytes have proved to be what they must be; whoever compares each member
        with its digest has no need of that. Raises what opening the source and the archive raise.
        """
        if self._reader is None or self._key != (container, verified):
            stack = ExitStack()
            try:
                # An archive inside of another one is read by way of that one, which is open until here then.
                file = stack.enter_context(_opened(container.source, verified))
                self.close()
                reader = open_reader(file, container.media_type)
                stack.callback(_close, reader)
            except BaseException:
                stack.close()
                raise
            self._stack, self._reader, self._key = stack, reader, (container, verified)
        return self._reader

    def close(self) -> None:
        """Close the archive, if there is one open."""
        stack, self._stack = self._stack, ExitStack()
        self._reader = self._key = None
        stack.close()


OPEN = OpenContainer()
"""That of this process."""


def facts_of(source: Source) -> FileFacts | None:
    """Return what must not change while an archive is read that is only where it was found; else None.

    Raises SourceUnreachable.
    """
    if not isinstance(source, InPlaceSource):
        return None
    with SourceFile.open(behind_link(source.path)) as file:
        return file.facts


@contextmanager
def _opened(source: Source, verified: bool) -> Iterator[BinaryIO]:
    if isinstance(source, InPlaceSource) and not verified:
        with SourceFile.open(behind_link(source.path)) as file:
            if file.facts.size != source.size:
                raise SourceUnreachable(f"cannot use: {show_path(source.path)}: is no longer what it was")
            with open(f"/proc/self/fd/{file.descriptor}", "rb", opener=_reopen) as reopened:
                yield reopened
        return
    with source.content() as content, content.open() as file:
        yield file


def _reopen(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC)


def _close(reader: ArchiveReader) -> None:
    with suppress(Exception):  # What is damaged may fail once more when it is closed.
        reader.close()
