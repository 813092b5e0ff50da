"""What the commands have in common that compare the library with one medium and list what resembles it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dam.commands.media_argument import find_medium
from dam.commands.output import print_json, print_line
from dam.commands.session import open_library
from dam.commands.similar_remarks import Answer
from dam.errors import DamError, IntegrityError, SourceError, UsageError

if TYPE_CHECKING:
    from dam.library import Library
    from dam.models.asset import Asset


def tell_similar(
    medium: str,
    compare: "Callable[[Library, bytes | int], Answer]",
    remark: Callable[[Any], None],
    form: "Callable[[Any, Asset], dict[str, Any] | str]",
) -> int:
    """Print what resembles a medium, each match as JSON or as the line that `form` makes of it.

    Returns the exit code: 1 if nothing does. What cannot be read or is damaged is a usage error here.
    """
    with open_library() as library:
        asked = find_medium(library, medium)
        if isinstance(asked, DamError):
            raise asked
        try:
            answer = compare(library, asked)
        except (SourceError, IntegrityError) as error:
            raise UsageError(error.message, hint=error.hint) from error
        remark(answer)
        assets = library.assets([match.entity for match in answer.matches])
        for match, asset in zip(answer.matches, assets, strict=True):
            told = form(match, asset)
            if isinstance(told, str):
                print_line(told)
            else:
                print_json(told)
    return 0 if answer.matches else 1
