"""Digests as users type them."""

import os

from dam.core.path_text import show_path
from dam.errors import UsageError

LENGTHS = {"sha256": 64, "md5": 32}
"""Hex digits of each kind of digest."""


def parse_digest(text: str, kind: str) -> bytes:
    """Return the digest that `text` writes in hex; raises UsageError naming the length expected."""
    length = LENGTHS[kind]
    shown = show_path(os.fsencode(text))
    others = [name for name, digits in LENGTHS.items() if digits == len(text)]
    hint = f"that is the length of a {others[0]}: --hash-type {others[0]}" if others else None
    if len(text) != length:
        raise UsageError(f"bad hash: {shown}: a {kind} has {length} hex digits, not {len(text)}", hint=hint)
    digest = try_hex(text)
    if digest is None:
        raise UsageError(f"bad hash: {shown}: a {kind} has {length} hex digits, and these are not all hex")
    return digest


def try_hex(text: str) -> bytes | None:
    """Return the bytes that hex digits of either case write, None if some are no hex digits."""
    if not text.isascii() or not text.isalnum():
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
