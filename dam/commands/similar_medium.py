"""What the commands have in common that compare the library with one medium and list what resembles it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dam.commands.media_argument import find_medium
from dam.commands.output import print_json, print_line
from dam.commands.session import open_library
from dam.commands.similar_remarks import Answer
from dam.errors import DamError, IntegrityError, SourceError, UsageError

if TYPE_CHECKING:
    from dam.library import Library
    from dam.models.asset import Asset
    from dam.search.file_visits import Visited


@dataclass(frozen=True)
class Comparison:
    """How a command compares the library with one medium, and what it says."""

    compare: "Callable[[Library, bytes | int | Visited], Answer]"
    remark: Callable[[Any], None]
    """Says what the answer leaves out."""
    form: "Callable[[Any, Asset], dict[str, Any] | str]"
    """Makes JSON or a line of a match."""

    def tell(self, library: "Library", asked: "bytes | int | Visited") -> int:
        """Print what resembles a medium.

        Returns the exit code: 1 if nothing does. What cannot be read or is damaged is a usage error here.
        """
        with unreadable_is_usage():
            answer = self.compare(library, asked)
        self.remark(answer)
        assets = library.assets([match.entity for match in answer.matches])
        for match, asset in zip(answer.matches, assets, strict=True):
            told = self.form(match, asset)
            if isinstance(told, str):
                print_line(told)
            else:
                print_json(told)
        return 0 if answer.matches else 1


def tell_similar(medium: str, comparison: Comparison) -> int:
    """Print what resembles a medium that is named so, and return the exit code."""
    with open_library() as library:
        return comparison.tell(library, named_medium(library, medium))


def named_medium(library: "Library", name: str) -> bytes | int:
    """Return the path or the entity that is named so; raises what is wrong with the name."""
    asked = find_medium(library, name)
    if isinstance(asked, DamError):
        raise asked
    return asked


@contextmanager
def unreadable_is_usage() -> Iterator[None]:
    """Make a usage error of what cannot be read or is damaged: the library is fine."""
    try:
        yield
    except (SourceError, IntegrityError) as error:
        raise UsageError(error.message, hint=error.hint) from error
