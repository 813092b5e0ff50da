"""`.damignore`: which names of a folder and of those below it a walk leaves out, as git would.

The syntax is gitignore's, by way of pathspec, which makes a regular expression of each pattern. Which
of them has the last word is decided here, name by name on the way down, as git does it: a name in a
folder that is left out is never asked about, so nothing in there can be brought back.
"""

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass

from dam.services.file_facts import why_not_regular
from dam.services.os_errors import why

IGNORE_FILE = b".damignore"
_LARGEST = 1 << 16
_MOST_FOLDER_STARS = 4
"""How many `**` one pattern may have: the time that each of them takes is multiplied with the others'."""
_STARS = re.compile(r"(?:\[\^/\]\*){2,}")
_STAR_AND_MORE = re.compile(
    r"\[\^/\]\*"  # a star, as pathspec writes it,
    r"((?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\](?![*+])|[^\\\[\](){}*+?|^$/])+)"  # characters, each of one,
    r"(?=\[\^/\]\*)",  # and one more star
    re.DOTALL,
)
_NEGATED = re.compile(r"(\\.)|\[\^(?!/\])(\]?)", re.DOTALL)
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class BadIgnoreFile(Exception):
    """A `.damignore` that cannot be obeyed; the message says why."""


@dataclass(frozen=True, slots=True)
class _Rule:
    matches: re.Pattern[str]
    anywhere: bool
    """Matched by name alone, at every depth; otherwise by the path from the file's own folder."""
    folders_only: bool
    ignores: bool
    """False for a pattern with `!`."""


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules that hold in one folder: those of a `.damignore`, and those of the folders above."""

    rules: Sequence[_Rule]
    """The last one first: it has the last word."""
    way: str
    """The path from the folder of the `.damignore` to this one: empty, or with a slash at its end."""
    above: "IgnoreRules | None"

    def ignore(self, name: bytes, *, is_folder: bool) -> bool:
        """Tell whether a name in this folder is to be left out."""
        text = os.fsdecode(name)
        level: IgnoreRules | None = self
        while level is not None:
            path = level.way + text
            for rule in level.rules:
                if rule.folders_only and not is_folder:
                    continue
                if rule.matches.fullmatch(text if rule.anywhere else path):
                    return rule.ignores
            level = level.above
        return False

    def below(self, name: bytes) -> "IgnoreRules":
        """Return the rules as they hold in the folder `name` in this one."""
        above = self.above.below(name) if self.above else None
        return IgnoreRules(self.rules, f"{self.way}{os.fsdecode(name)}/", above)


def read_ignore_file(folder: int, above: IgnoreRules | None) -> IgnoreRules | None:
    """Return the rules that hold in an open folder with a `.damignore`. Raises BadIgnoreFile."""
    try:
        status = os.stat(IGNORE_FILE, dir_fd=folder, follow_symlinks=False)
        reason = why_not_regular(status.st_mode)
        if reason is not None:
            raise BadIgnoreFile(reason)
        with open(os.open(IGNORE_FILE, _READ, dir_fd=folder), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadIgnoreFile("was replaced while it was being read")
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise BadIgnoreFile(why(error)) from error
    if len(data) > _LARGEST:
        raise BadIgnoreFile(f"is larger than {_LARGEST} bytes")
    rules = _parse(data)
    return IgnoreRules(rules, "", above) if rules else above


def _parse(data: bytes) -> list[_Rule]:
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise BadIgnoreFile("is not UTF-8 text") from None
    rules = [_rule(line.removesuffix("\r"), number) for number, line in enumerate(lines, 1)]
    return [rule for rule in reversed(rules) if rule is not None]


def _rule(line: str, number: int) -> _Rule | None:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    pattern = _without_spaces_at_end(line)
    # "a/" is "a", for folders only: so that a match is always one of the very name, not of one above it.
    folders_only = pattern.endswith("/") and pattern != "/"
    pattern = pattern[:-1] if folders_only else pattern
    try:
        made = GitIgnoreSpecPattern(pattern)
    except (ValueError, re.error) as error:
        raise BadIgnoreFile(f"line {number} is not a pattern: {line}") from error
    if made.include is None or made.regex is None:
        return None
    text = _without_going_back(_without_slashes(made.regex.pattern))
    if text.count(".+") > _MOST_FOLDER_STARS:
        raise BadIgnoreFile(f"line {number} has too many **: {line}")
    # What ends otherwise has `**` at its end, and needs to match no more than the beginning.
    whole = text if text.endswith("$)") else f"(?:{text}).*" if text.startswith("^") else f".*(?:{text}).*"
    anywhere = "/" not in pattern.removeprefix("!")
    return _Rule(re.compile(whole, re.DOTALL), anywhere, folders_only, made.include)


def _without_going_back(text: str) -> str:
    """Return a regular expression that takes no longer than the name is long, however many stars it has.

    What lies between two stars may as well be taken where it comes first, and for good: the second star
    takes whatever is between that and any later place. Otherwise `*a*a*a*b` takes ages over many an `a`.
    """
    return _STAR_AND_MORE.sub(r"(?>[^/]*?\1)", _STARS.sub("[^/]*", text))


def _without_slashes(text: str) -> str:
    """Keep what stands for every character but some from standing for a slash, too."""
    return _NEGATED.sub(lambda found: found[1] or ("[^/\\]" if found[2] else "[^/"), text)


def _without_spaces_at_end(line: str) -> str:
    """Cut spaces at the end, but for one behind a backslash."""
    match = re.fullmatch(r"((?:\\.|[^\\])*?) *", line)
    return match[1] if match else line
