"""What a store has staged and neither published nor discarded."""

import uuid
from collections.abc import Sequence
from typing import Generic, TypeVar

from dam.services.digests import Digests
from dam.services.file_storage import Staged

Thing = TypeVar("Thing")
_UNKNOWN = "published or discarded before, or staged by another store"


class WaitingRoom(Generic[Thing]):
    """Keeps what a store needs to find staged bytes again, and gives it out once."""

    def __init__(self) -> None:
        self._waiting: dict[str, Thing] = {}

    def enter(self, digests: Digests, thing: Thing) -> Staged:
        """Keep `thing` and return the ticket for it."""
        token = uuid.uuid4().hex
        self._waiting[token] = thing
        return Staged(digests, token)

    def peek(self, staged: Staged) -> Thing:
        """Return one without giving it out. Raises ValueError if it is unknown."""
        if staged.token not in self._waiting:
            raise ValueError(_UNKNOWN)
        return self._waiting[staged.token]

    def take(self, staged: Sequence[Staged]) -> list[Thing]:
        """Give out a whole group in its order. Raises ValueError, and gives nothing, if one is unknown."""
        tokens = [one.token for one in staged]
        if len(set(tokens)) != len(tokens) or not set(tokens) <= self._waiting.keys():
            raise ValueError(_UNKNOWN)
        return [self._waiting.pop(token) for token in tokens]

    def take_known(self, staged: Sequence[Staged]) -> list[Thing]:
        """Give out those of a group that are still here."""
        return [self._waiting.pop(one.token) for one in staged if one.token in self._waiting]
