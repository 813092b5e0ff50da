"""The system calls of one process on a simulated disk: what `dam.services.stores.file_system` asks for."""

import errno
import fcntl
import os
from io import BytesIO

from tests.durability.power_loss_disk import FILE, FOLDER, Descriptor, Node, SimulatedDisk, failure

_ELSEWHERE = "/elsewhere"


class SimulatedSystem:
    """One process's view of a disk. `kill` ends it as SIGKILL does."""

    def __init__(self, disk: SimulatedDisk) -> None:
        self.disk = disk
        self.open_files: dict[int, Descriptor] = {}
        self.alive = True

    def kill(self) -> None:
        self.alive = False
        for descriptor in list(self.open_files):
            self.close(descriptor)

    def open(self, path: str, flags: int, mode: int = 0o777, /) -> int:
        self._must_live()
        if path == _ELSEWHERE:
            return self._opened(self.disk.elsewhere, on_this_disk=False)
        if not flags & os.O_CREAT:
            node = self.disk.find(path)
            if flags & os.O_DIRECTORY and node.kind != FOLDER:
                raise failure(errno.ENOTDIR)
            return self._opened(node)
        folder, name = self._changing(path)
        if name in folder.names:
            raise failure(errno.EEXIST)
        folder.rename(name, self.disk.new(FILE, mode))
        self.disk.step(f"create {path}")
        return self._opened(folder.names[name])

    def _opened(self, node: Node, *, on_this_disk: bool = True) -> int:
        number = next(self.disk.numbers)
        self.open_files[number] = Descriptor(
            node,
            on_this_disk,
            file_errors=node.errors.seen_by_a_new_descriptor(),
            disk_errors=self.disk.errors.seen_by_a_new_descriptor(),
        )
        return number

    def close(self, descriptor: int, /) -> None:
        opened = self.open_files.pop(descriptor, None)
        if opened is not None and opened.locked:
            del self.disk.locks[opened.node]

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        opened = self._changed(descriptor)
        opened.node.writes.append((opened.position, bytes(data)))
        opened.node.data = opened.node.data[: opened.position] + bytes(data)
        opened.position += len(data)
        self.disk.step("write")
        return len(data)

    def reader(self, descriptor: int, /) -> BytesIO:
        data = self._descriptor(descriptor).node.data
        self.close(descriptor)
        return BytesIO(data)

    def fchmod(self, descriptor: int, mode: int, /) -> None:
        self._changed(descriptor).node.mode = mode
        self.disk.step("fchmod")

    def fsync(self, descriptor: int, /) -> None:
        opened = self._descriptor(descriptor)
        self.disk.step("before fsync")
        seen, opened.file_errors = opened.file_errors, opened.node.errors.count
        if opened.node.errors.count != seen:
            opened.node.errors.tell()
            raise failure(errno.EIO)
        self._must_be_writable()
        opened.node.settle()
        self.disk.step("fsync")

    def syncfs(self, descriptor: int, /) -> None:
        opened = self._descriptor(descriptor)
        if not self.disk.has_syncfs:
            raise failure(errno.ENOSYS)
        self.disk.step("before syncfs")
        if not opened.on_this_disk:
            return
        seen, opened.disk_errors = opened.disk_errors, self.disk.errors.count
        if not self.disk.read_only:
            self.disk.sync()  # All that has not failed before.
        if self.disk.errors.count != seen:
            self.disk.errors.tell()
            raise failure(errno.EIO)
        self._must_be_writable()
        self.disk.step("syncfs")

    def drop_pages(self, path: str, /) -> None:
        self._must_live()
        self.disk.find(path)

    def flock(self, descriptor: int, operation: int, /) -> None:
        opened = self._descriptor(descriptor)
        holder = self.disk.locks.setdefault(opened.node, opened)
        if holder is opened:
            opened.locked = True
        else:
            assert operation & fcntl.LOCK_NB, "nothing here runs at the same time, so this waits for ever"
            raise failure(errno.EWOULDBLOCK)

    def fstat(self, descriptor: int, /) -> os.stat_result:
        return _status(self._descriptor(descriptor).node)

    def lstat(self, path: str, /) -> os.stat_result:
        self._must_live()
        return _status(self.disk.find(path))

    def listdir(self, path: str, /) -> list[str]:
        self._must_live()
        return list(self.disk.find(path).names)

    def mkdir(self, path: str, mode: int = 0o777, /) -> None:
        folder, name = self._changing(path)
        if name in folder.names:
            raise failure(errno.EEXIST)
        folder.rename(name, self.disk.new(FOLDER, mode))
        self.disk.step(f"mkdir {path}")

    def rmdir(self, path: str, /) -> None:
        folder, name = self._changing(path)
        if self.disk.find(path).names:
            raise failure(errno.ENOTEMPTY)
        folder.rename(name, None)
        self.disk.step(f"rmdir {path}")

    def link(self, existing: str, name: str, /) -> None:
        node = self.disk.find(existing)
        folder, last = self._changing(name)
        if last in folder.names:
            raise failure(errno.EEXIST)
        if not self.disk.has_hard_links or node.kind == FOLDER:
            raise failure(errno.EPERM)
        folder.rename(last, node)
        self.disk.step(f"link {existing} {name}")

    def rename(self, old: str, new: str, /) -> None:
        node = self.disk.find(old)
        folder, name = self._changing(new)
        origin, origin_name = self._changing(old)
        folder.rename(name, node)
        origin.rename(origin_name, None)
        self.disk.step(f"rename {old} {new}")

    def unlink(self, path: str, /) -> None:
        folder, name = self._changing(path)
        if self.disk.find(path).kind == FOLDER:
            raise failure(errno.EISDIR)
        folder.rename(name, None)
        self.disk.step(f"unlink {path}")

    def _changing(self, path: str) -> tuple[Node, str]:
        """Return the folder that a name is to change in."""
        self._must_live()
        self._must_be_writable()
        return self.disk.folder_of(path)

    def _changed(self, descriptor: int) -> Descriptor:
        self._must_be_writable()
        return self._descriptor(descriptor)

    def _descriptor(self, number: int) -> Descriptor:
        self._must_live()
        if number not in self.open_files:
            raise failure(errno.EBADF)
        return self.open_files[number]

    def _must_live(self) -> None:
        if not self.alive:
            raise failure(errno.ESRCH)

    def _must_be_writable(self) -> None:
        if self.disk.read_only:
            raise failure(errno.EROFS)


def _status(node: Node) -> os.stat_result:
    return os.stat_result((node.kind | node.mode, node.number, 1, node.links, 0, 0, len(node.data), 0, 0, 0))
