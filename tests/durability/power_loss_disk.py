"""A file system that exists only here, and knows what a power cut could leave of it.

What programs see and what is on the disk are kept apart. Nothing gets onto the disk by itself: `fsync` of a
file brings its bytes and its mode there, `fsync` of a folder its names and nothing else, `syncfs`
everything. Of all the rest any part may get there in any order; see `power_loss_states.py`.

A failed writing (`lose`) is told as Linux does since 5.8: to every descriptor that was open before, and to
the first one that was opened after, of the file and, for syncfs, of the file system. What failed counts as
clean from then on and never gets onto the disk. Failing to write names ends in a read-only file system, as
it does with those that have a journal.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

FILE, FOLDER = stat.S_IFREG, stat.S_IFDIR


@dataclass
class Errors:
    """How often writing failed, and whether anybody has been told of the last time."""

    count: int = 0
    told: bool = True

    def add(self) -> None:
        self.count += 1
        self.told = False

    def seen_by_a_new_descriptor(self) -> int:
        return self.count if self.told else self.count - 1

    def tell(self) -> int:
        self.told = True
        return self.count


@dataclass(eq=False)
class Node:
    """A file or folder: what programs see, and what they have done to it since it was last on the disk."""

    number: int
    kind: int
    mode: int
    data: bytes = b""
    names: dict[str, "Node"] = field(default_factory=dict)
    stable_mode: int = 0
    stable_data: bytes = b""
    writes: list[tuple[int, bytes]] = field(default_factory=list)
    past: dict[str, list["Node | None"]] = field(default_factory=dict)
    """For each name that changed, what it led to before and since, the present last."""
    errors: Errors = field(default_factory=Errors)
    links: int = 0

    def __post_init__(self) -> None:
        self.stable_mode = self.mode

    @property
    def is_clean(self) -> bool:
        return not self.writes and not self.past and self.mode == self.stable_mode

    def settle(self) -> None:
        """Bring everything onto the disk."""
        for offset, data in self.writes:
            self.stable_data = patched(self.stable_data, offset, data)
        self.stable_mode = self.mode
        self.writes.clear()
        self.past.clear()

    def forget(self) -> None:
        """Take for written what was not."""
        self.writes.clear()
        self.stable_mode = self.mode

    def rename(self, name: str, node: "Node | None") -> None:
        """Let a name of this folder lead elsewhere."""
        before = self.names.get(name)
        self.past.setdefault(name, [before]).append(node)
        if before is not None:
            before.links -= 1
        if node is None:
            del self.names[name]
        else:
            node.links += 1
            self.names[name] = node


def patched(data: bytes, offset: int, more: bytes) -> bytes:
    """Return `data` with `more` written at `offset`."""
    return data[:offset].ljust(offset, b"\0") + more + data[offset + len(more) :]


@dataclass
class Descriptor:
    node: Node
    on_this_disk: bool
    position: int = 0
    file_errors: int = 0
    disk_errors: int = 0
    locked: bool = False


class SimulatedDisk:
    """The disk, the cache in front of it, and everybody who uses it."""

    def __init__(self, *, has_syncfs: bool = True, has_hard_links: bool = True) -> None:
        self.has_syncfs = has_syncfs
        self.has_hard_links = has_hard_links
        self.read_only = False
        self.numbers = iter(range(1, 1 << 60))
        self.nodes: list[Node] = []
        self.top = self.new(FOLDER, 0o755)
        self.elsewhere = Node(0, FOLDER, 0o755)
        self.errors = Errors()
        self.locks: dict[Node, Descriptor] = {}
        self.step: Callable[[str], None] = lambda call: None
        """Called after every call that changed something, and before every sync."""

    def new(self, kind: int, mode: int) -> Node:
        node = Node(next(self.numbers), kind, mode)
        self.nodes.append(node)
        return node

    def find(self, path: str) -> Node:
        """Return what has this absolute path. Raises OSError."""
        node = self.top
        for name in path.split("/")[1:]:
            if node.kind != FOLDER:
                raise failure(errno.ENOTDIR)
            if name not in node.names:
                raise failure(errno.ENOENT)
            node = node.names[name]
        return node

    def folder_of(self, path: str) -> tuple[Node, str]:
        parent, _, name = path.rpartition("/")
        folder = self.find(parent)
        if folder.kind != FOLDER:
            raise failure(errno.ENOTDIR)
        return folder, name

    def sync(self) -> None:
        """Bring everything onto the disk."""
        for node in self.nodes:
            node.settle()

    def lose(self, *, told_to_others: bool = False) -> None:
        """Let writing fail for all bytes that are not on the disk yet; perhaps somebody else is told."""
        for node in self.nodes:
            if node.kind == FILE and not node.is_clean:
                node.forget()
                node.errors.add()
                self.errors.add()
        if told_to_others:
            self.errors.tell()

    def fail_for_good(self) -> None:
        """Let writing names fail, after which no file system takes anything any more."""
        self.read_only = True
        for node in self.nodes:
            node.errors.add()
        self.errors.add()

    def make_folders(self, path: str) -> None:
        """Make a folder and those above it. For setting the scene."""
        node = self.top
        for name in path.split("/")[1:]:
            if name not in node.names:
                node.rename(name, self.new(FOLDER, 0o755))
            node = node.names[name]

    def put(self, path: str, data: bytes) -> None:
        """Make a file that nobody can write. For setting the scene."""
        self.make_folders(path.rpartition("/")[0])
        folder, name = self.folder_of(path)
        node = self.new(FILE, 0o444)
        node.data = data
        node.writes.append((0, data))
        folder.rename(name, node)

    def walk(self) -> Iterator[tuple[str, Node]]:
        """Yield every path and what it leads to."""
        waiting = [("", self.top)]
        while waiting:
            path, node = waiting.pop()
            yield path, node
            waiting += [(f"{path}/{name}", child) for name, child in node.names.items()]


def failure(number: int) -> OSError:
    return OSError(number, os.strerror(number))
