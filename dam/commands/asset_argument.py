"""Assets as users name them: by hash, by number or by path."""

import os
from typing import TYPE_CHECKING

from dam.commands.digest_argument import LENGTHS, try_hex
from dam.core.path_text import show_path
from dam.errors import NothingFound, UsageError

if TYPE_CHECKING:
    from dam.library import Library

_LARGEST_ID = (1 << 63) - 1
_MOST_DIGITS = 64


def find_assets(library: "Library", text: str, *, paths: bool = True) -> list[int]:
    """Return the entities that `text` names; raises NothingFound if there is none.

    64 hex digits are a SHA-256, 32 an MD5 (of which there may be several), decimal digits an entity,
    and everything else is a path: of a known place, of a file whose content is known, or of a place in an
    archive. Without `paths` only the last is one, and everything else a UsageError.
    """
    found: list[int] | None = None
    digest = try_hex(text)
    if digest is not None and len(text) == LENGTHS["sha256"]:
        found = library.find_by_digest(sha256=digest)
    elif digest is not None and len(text) == LENGTHS["md5"]:
        found = library.find_by_digest(md5=digest)
    elif text.isascii() and text.isdecimal():
        found = _by_number(library, text)
    elif paths or may_be_inside(text):
        found = library.find_by_path(os.fsencode(text))
    else:
        raise UsageError(f"bad asset: {show_path(os.fsencode(text))}: neither a number, a SHA-256 nor an MD5")
    if not found:
        raise NothingFound(f"not found: {show_path(os.fsencode(text))}: the library has no such asset")
    return found


def find_asset(library: "Library", text: str, *, paths: bool = True) -> int:
    """Return the one entity that `text` names; raises UsageError if it names several.

    Several may have one MD5, or one name in an archive.
    """
    found = find_assets(library, text, paths=paths)
    if len(found) > 1:
        shown, all_of_them = show_path(os.fsencode(text)), ", ".join(map(str, found))
        what = "have this MD5" if names_asset(text) else "have this name"
        raise UsageError(f"ambiguous: {shown}: entities {all_of_them} {what}")
    return found[0]


def names_asset(text: str) -> bool:
    """Tell whether a text is a number or a hash, and so no path."""
    is_digest = len(text) in LENGTHS.values() and try_hex(text) is not None
    return is_digest or (text.isascii() and text.isdecimal())


def may_be_inside(text: str) -> bool:
    """Tell whether a text may be a place in an archive: no file has this name."""
    from dam.models.member_place import INSIDE

    return os.fsdecode(INSIDE) in text and not os.path.lexists(text)


def _by_number(library: "Library", digits: str) -> list[int]:
    from dam.core.component import Entity

    # So many digits make no id, and Python refuses to read thousands of them.
    number = int(digits) if len(digits) <= _MOST_DIGITS else _LARGEST_ID + 1
    if number > _LARGEST_ID:
        return []
    with library.world(write=False) as world:
        return [] if world.session.get(Entity, number) is None else [number]
