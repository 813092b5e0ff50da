"""What a power cut at this moment could leave on a simulated disk: every combination, or a sample of them.

Each name in a folder leads to anything that it led to since the folder was last on the disk. Each file has
any part of what was written to it since it was: some writes and not others, the first half of the last,
zeros, nothing; and its mode of then or of now. A name whose folder has no name itself is lost with it.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations, product
from math import prod

from tests.durability.power_loss_disk import FILE, FOLDER, Node, SimulatedDisk, patched

Content = tuple[bytes, int]
Place = tuple[Node, str]
Choice = Node | Content | None


@dataclass(frozen=True)
class State:
    """One thing that a power cut could leave."""

    disk: SimulatedDisk
    names: Mapping[Place, Node | None]
    contents: Mapping[Node, Content]

    def child(self, folder: Node, name: str) -> Node | None:
        place = (folder, name)
        return self.names[place] if place in self.names else folder.names.get(name)

    def find(self, path: str) -> Node | None:
        names = self.names
        node: Node | None = self.disk.top
        for name in _steps(path):
            if node is None:
                return None
            place = (node, name)  # Like `child`, of which there are millions.
            node = names[place] if place in names else node.names.get(name)
        return node

    def content(self, node: Node) -> Content:
        return self.contents.get(node) or (node.stable_data, node.stable_mode)

    def read(self, path: str) -> Content | None:
        """Return what is in a file and its mode, None if there is none."""
        node = self.find(path)
        return self.content(node) if node is not None and node.kind == FILE else None

    def children(self, folder: Node) -> Iterator[tuple[str, Node]]:
        for name in {**folder.names, **folder.past}:
            node = self.child(folder, name)
            if node is not None:
                yield name, node

    def boot(self) -> SimulatedDisk:
        """Return a disk that has this on it, and nothing in front of it."""
        booted = SimulatedDisk(has_syncfs=self.disk.has_syncfs, has_hard_links=self.disk.has_hard_links)
        copies = {self.disk.top: booted.top}
        waiting = [self.disk.top]
        while waiting:
            folder = waiting.pop()
            for name, node in self.children(folder):
                if node not in copies:
                    data, mode = self.content(node)
                    copies[node] = booted.new(node.kind, mode)
                    copies[node].data = copies[node].stable_data = data
                    waiting += [node] if node.kind == FOLDER else []
                copies[folder].rename(name, copies[node])
        booted.sync()
        return booted


class PowerCut:
    """All that a power cut at this moment could leave."""

    def __init__(self, disk: SimulatedDisk) -> None:
        self.disk = disk
        self.names: dict[Place, list[Node | None]] = {}
        self.contents: dict[Node, list[Content]] = {}
        seen = {disk.top}
        waiting = [disk.top]
        while waiting:
            node = waiting.pop()
            if node.kind == FILE:
                if not node.is_clean:
                    self.contents[node] = list(_contents(node))
                continue
            for name, past in node.past.items():
                self.names[node, name] = list(dict.fromkeys(past))
            possible = [*node.names.values(), *(one for past in node.past.values() for one in past if one)]
            fresh = [one for one in dict.fromkeys(possible) if one not in seen]
            waiting += fresh
            seen |= set(fresh)

    @cached_property
    def count(self) -> int:
        """How many states there are."""
        return prod(len(options) for options in self._options)

    def states(self, most: int, chance: random.Random) -> Iterator[State]:
        """Yield all states if they are at most so many; else the extremes, and about that many others."""
        if self.count <= most:
            yield from map(self._state, product(*self._options))
            return
        for end in (0, -1):
            extreme = [options[end] for options in self._options]
            yield self._state(extreme)
            single = list(_differing_in_one(extreme, self._options))
            yield from map(self._state, chance.sample(single, min(len(single), most)))
        for _ in range(most):
            # Mostly new, mostly old, or anything: what is lost together is lost together.
            leaning = chance.choice((0.1, 0.5, 0.9))
            yield self._state([_lean(options, leaning, chance) for options in self._options])

    @cached_property
    def _options(self) -> list[Sequence[Choice]]:
        return [*self.names.values(), *self.contents.values()]

    def _state(self, choices: Sequence[Choice]) -> State:
        names = dict(zip(self.names, choices, strict=False))
        contents = dict(zip(self.contents, choices[len(names) :], strict=True))
        return State(self.disk, names, contents)  # type: ignore[arg-type]  # nodes first, contents after them


def _differing_in_one(
    choices: Sequence[Choice], options: Sequence[Sequence[Choice]]
) -> Iterator[list[Choice]]:
    for index, possible in enumerate(options):
        for option in possible:
            if option is not choices[index]:
                yield [*choices[:index], option, *choices[index + 1 :]]


@cache
def _steps(path: str) -> list[str]:
    return path.split("/")[1:]


def _lean(options: Sequence[Choice], leaning: float, chance: random.Random) -> Choice:
    if chance.random() < leaning:
        return options[-1]
    return options[int(chance.random() * len(options))]


def _contents(node: Node) -> Iterator[Content]:
    """Yield what can be left of a file, nothing of what is new first, all of it last."""
    some = [part for size in range(len(node.writes)) for part in combinations(range(len(node.writes)), size)]
    found = {_written(node, [node.writes[index] for index in part]): None for part in some}
    for offset, data in node.writes[-1:]:
        found[_written(node, [*node.writes[:-1], (offset, data[: len(data) // 2])])] = None
        found[bytes(offset + len(data))] = None
    found.pop(node.data, None)
    for data in (*found, _written(node, node.writes)):
        for mode in dict.fromkeys((node.stable_mode, node.mode)):
            yield data, mode


def _written(node: Node, writes: Sequence[tuple[int, bytes]]) -> bytes:
    data = node.stable_data
    for offset, more in writes:
        data = patched(data, offset, more)
    return data
