"""What is asked about, as users name it: files, places in archives, or assets by number or hash."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dam.commands.asset_argument import find_assets, may_be_inside, names_asset
from dam.core.path_text import show_path
from dam.errors import DamError, NothingFound, UsageError

if TYPE_CHECKING:
    from dam.library import Library


def find_media(library: "Library", texts: Sequence[str]) -> list[bytes | int | DamError]:
    """Return the paths and entities that these texts name, or why one names nothing."""
    return [find_medium(library, text) for text in texts]


def find_medium(library: "Library", text: str) -> bytes | int | DamError:
    """Return the path or the entity that a text names, or why it names nothing."""
    # One rule for all commands, whatever lies in the current folder: `12` is a number, `./12` a path.
    if not names_asset(text) and not may_be_inside(text):
        return os.fsencode(text)
    try:
        found = find_assets(library, text, paths=False)
    except NothingFound as error:
        is_file = os.path.lexists(text)
        return NothingFound(error.message, hint=f"the file of that name is ./{text}" if is_file else None)
    if len(found) > 1:
        shown = show_path(os.fsencode(text))
        what = "this MD5" if names_asset(text) else "this name"
        return UsageError(
            f"cannot compare: {shown}: {len(found)} assets have {what}", hint="name one by its SHA-256"
        )
    return found[0]
