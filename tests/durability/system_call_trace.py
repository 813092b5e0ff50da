"""What strace wrote, as calls that can be asked about."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MUTATING = (
    "open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,syncfs,sync_file_range,msync,"
    "link,linkat,symlink,symlinkat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,"
    "ftruncate,truncate,fallocate,chmod,fchmod,fchmodat,fchown,copy_file_range,sendfile,utimensat,"
    "setxattr,fsetxattr"
)
"""The calls that can change what is on a disk, or wait for it."""

_BEGUN = re.compile(r"(\d+) +(\w+)\((.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
_RESULT = re.compile(r"\) += (-?\w+)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Call:
    """One system call; `begun` and `ended` are moments that can be compared within one trace."""

    thread: str
    name: str
    text: str
    nth: int
    """The how many-th call of this name it is in its thread, which is how strace counts."""
    begun: int
    ended: int
    result: str = "?"
    ending: str = ""
    """What strace wrote at its end, if something else happened before that."""

    @property
    def succeeded(self) -> bool:
        return self.result.isdigit()

    @property
    def descriptor(self) -> str | None:
        """Give the number of the descriptor that is the first argument, if one is."""
        found = re.match(r"\d+", self.text)
        return found[0] if found else None

    @property
    def file(self) -> str | None:
        """Give the path of the descriptor that is the first argument, if one is."""
        found = re.match(r"\d+<([^>]*)>", self.text)
        return found[1] if found else None

    @property
    def files(self) -> list[str]:
        """Give the paths of all descriptors among the arguments."""
        return re.findall(r"\d+<([^>]*)>", re.sub(r"\) += .*?$", "", self.text + self.ending))

    @property
    def opened(self) -> str | None:
        """Give the path of the descriptor that it returned."""
        found = re.search(r"\) += \d+<([^>]*)>", self.text + self.ending)
        return found[1] if found else None

    @property
    def amount(self) -> int:
        """Give how many bytes were read, or mapped."""
        if self.name == "mmap":
            return int(self.text.split(", ")[1])
        return int(self.result)

    @property
    def strings(self) -> list[bytes]:
        """Give the arguments that are strings: paths, or what is written."""
        return [
            quoted.encode("latin-1").decode("unicode_escape").encode("latin-1")
            for quoted in _STRING.findall(self.text)
        ]

    @property
    def paths(self) -> list[str]:
        """Give the paths that the call is about."""
        if self.file is not None and self.descriptor is not None:
            return [self.file]
        return [text.decode("utf-8", "surrogateescape") for text in self.strings]

    def is_mutating(self) -> bool:
        """Tell whether it can change a disk: opening does if it creates or empties a file."""
        return not self.name.startswith("open") or "O_CREAT" in self.text or "O_TRUNC" in self.text

    def touches(self, folder: Path) -> bool:
        return any(path == str(folder) or path.startswith(f"{folder}/") for path in self.paths)


def tracing(log: Path, *options: str) -> list[str]:
    """Return strace's arguments that trace a program with its threads and children into `log`.

    With `--seccomp-bpf` among the options it costs less, but then strace injects no signals.
    """
    return ["-f", "-qq", "-y", "-o", str(log), *options]


def read_trace(log: Path) -> list[Call]:
    """Return the calls of a trace in the order in which they began."""
    return list(_calls(log.read_text(encoding="latin-1").split("\n")))


def _calls(lines: list[str]) -> Iterator[Call]:
    counts: Counter[tuple[str, str]] = Counter()
    calls: list[Call] = []
    unfinished: dict[str, Call] = {}
    for moment, line in enumerate(lines):
        if resumed := _RESUMED.match(line):
            call = unfinished.pop(resumed[1])
            call.ended = moment
            call.result = _result(resumed[3])
            call.ending = resumed[3]
        elif begun := _BEGUN.match(line):
            thread, name, text = begun.groups()
            counts[thread, name] += 1
            call = Call(thread, name, text, counts[thread, name], moment, moment, _result(text))
            if text.endswith("<unfinished ...>"):
                unfinished[thread] = call
            calls.append(call)
    for call in unfinished.values():
        call.ended = len(lines)
    yield from calls


def _result(text: str) -> str:
    # The last one, since what is written may look like the end of a call.
    found = _RESULT.findall(text)
    return found[-1] if found else "?"
