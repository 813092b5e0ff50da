"""The values of a component, as people are shown them."""

import os
from collections.abc import Mapping
from typing import Any

from dam.core.path_text import show_path

_LONGEST = 200
"""Characters of a value that people are shown; `--json` has them all."""


def shown_values(fields: Mapping[str, Any]) -> list[str]:
    """Return the columns that say something, without documents, each as `name=value`."""
    plain = {key: value for key, value in fields.items() if value is not None and not isinstance(value, dict)}
    return [f"{key}={shown_value(value)}" for key, value in plain.items()]


def shown_value(value: object) -> str:
    """Return a value on one line, and not all of a very long one."""
    if not isinstance(value, str):
        return str(value)
    shown = show_path(os.fsencode(value))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}... ({len(value)} characters)"
