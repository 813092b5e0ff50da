"""Telling how far finding duplicates is."""

from typing import Protocol


class Watch(Protocol):
    """Is told how far it is."""

    def expect(self, stage: str, total: int) -> None:
        """Say what comes next, and how many steps it has."""
        ...

    def advance(self, count: int) -> None:
        """Say that so many steps of it are done."""
        ...


class Unwatched:
    """A watch for when nobody looks."""

    def expect(self, stage: str, total: int) -> None:
        """Do nothing."""

    def advance(self, count: int) -> None:
        """Do nothing."""
