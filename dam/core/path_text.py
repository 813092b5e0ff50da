"""Paths are bytes; this is how they become text for people and for JSON."""

import os

AnyPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]
"""A path as other people's Python has it; `os.fsencode` makes bytes of it."""

_FIRST_SURROGATE, _LAST_SURROGATE = 0xDC80, 0xDCFF


def show_path(path: bytes) -> str:
    r"""Return `path` as text that cannot disturb a terminal and that no other path is shown as.

    Bytes that are not UTF-8 become `\xNN`, as do ASCII control characters; other characters that do
    not print become `\uNNNN` or `\UNNNNNNNN`; a backslash is doubled.
    """
    text = os.fsdecode(path)
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_show_character, text))


def path_to_json(path: bytes) -> str:
    """Return `path` as a string for `json.dumps`.

    Bytes that are not UTF-8 become lone surrogates: `os.fsencode(json.loads(...))` gives the very
    bytes back.
    """
    return os.fsdecode(path)


def _show_character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    code = ord(character)
    if _FIRST_SURROGATE <= code <= _LAST_SURROGATE:
        return f"\\x{code - 0xDC00:02x}"
    # Two digits are kept for bytes, so that U+0085 and the stray byte 0x85 look different.
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
