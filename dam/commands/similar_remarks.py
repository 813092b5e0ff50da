"""What is said of an answer besides its matches, by the commands that compare with one medium."""

from collections.abc import Sequence
from typing import Any, Protocol

from dam.commands.output import counted, talk


class Answer(Protocol):
    """What was found, and what could not be compared."""

    @property
    def matches(self) -> Sequence[Any]:
        """Give the matches, best first."""
        ...

    @property
    def found(self) -> int:
        """Give how many there are, also those beyond the limit."""
        ...

    @property
    def uncompared(self) -> int:
        """Give how many in the library have nothing current to be compared by."""
        ...


def remark(answer: Answer, noun: str, lack: str = "fingerprint", plain: str | None = None) -> None:
    """Say what the answer leaves out, of media that are called so and may still lack that.

    `plain` says why what was asked about has nothing to be compared by, where that is so.
    """
    if answer.uncompared:
        media = counted(answer.uncompared, f"{noun} has", f"{noun}s have")
        talk(f"{media} no current {lack} yet and were not compared: see dam-cli status")
    if plain:
        talk(plain)
    if not answer.matches:
        talk("nothing similar found")
    if left := answer.found - len(answer.matches):
        talk(f"{left} more beyond the limit")
