import json
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.path_text import path_to_json, show_path


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (b"/photos/plain name.jpg", "/photos/plain name.jpg"),
        ("/été/猫.jpg".encode(), "/été/猫.jpg"),
        (b"caf\xe9.jpg", r"caf\xe9.jpg"),
        (b"two\nlines\t\x1b[31m", r"two\x0alines\x09\x1b[31m"),
        ("a\u202egpj.exe".encode(), r"a\u202egpj.exe"),
        ("a\U000e0001b".encode(), r"a\U000e0001b"),
        ("a\u0085b".encode(), r"a\u0085b"),
        (b"a\x85b", r"a\x85b"),
        (rb"back\slash", r"back\\slash"),
    ],
)
def test_a_path_is_shown_so_that_a_terminal_survives_it(path: bytes, shown: str) -> None:
    assert show_path(path) == shown


@given(st.binary())
def test_what_is_shown_is_printable_and_says_which_path_it_was(path: bytes) -> None:
    shown = show_path(path)
    assert shown.isprintable()
    assert _read_back(shown) == path


@given(st.binary())
def test_json_gives_the_very_bytes_back(path: bytes) -> None:
    assert os.fsencode(json.loads(json.dumps(path_to_json(path)))) == path


def _read_back(shown: str) -> bytes:
    def plain(match: re.Match[str]) -> str:
        escape = match[0]
        if escape == "\\\\":
            return "\\"
        code = int(escape[2:], 16)  # noqa: FURB166  Python does not know these prefixes
        return chr(code + 0xDC00) if escape[1] == "x" and code >= 0x80 else chr(code)

    escapes = r"\\\\|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}"
    return os.fsencode(re.sub(escapes, plain, shown))
