"""How a JSON document looks as text: a line for each value, named as `query --where` names it."""

from collections.abc import Iterator, Mapping
from typing import Any

_LONGEST = 300
"""Characters of a value that are shown; `--json` has them all."""


def document_lines(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the dotted name and the text of each value in a document; plain lists are one value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from document_lines(f"{name}.{key}", inner)
    elif isinstance(value, list) and any(isinstance(inner, Mapping | list) for inner in value):
        for position, inner in enumerate(value):
            yield from document_lines(f"{name}.{position}", inner)
    else:
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield name, text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
