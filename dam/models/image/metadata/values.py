"""Values of EXIF as numbers and texts, None where they say nothing."""

import math

from dam.models.image.metadata.tiff import Ratio, Tags, Value

TEXT_LIMIT = 10_000
"""Characters that are kept of any text."""

NAME_LIMIT = 255
"""Characters that are kept of a name; an index of PostgreSQL has no room for very long ones."""


def number_of(value: Value | None) -> float | None:
    """Return a number; of several the first, of a ratio to 0 none."""
    if isinstance(value, tuple) and not isinstance(value, Ratio):
        value = value[0] if value else None
    if isinstance(value, Ratio):
        return value.numerator / value.denominator if value.denominator else None
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def positive(value: Value | None) -> float | None:
    """Return a number above 0: of what is measured, 0 means that it is not known."""
    found = number_of(value)
    return found if found is not None and found > 0 else None


def numbers_of(value: Value | None) -> list[float | None]:
    """Return each number of a list."""
    if isinstance(value, Ratio) or not isinstance(value, tuple):
        return [number_of(value)]
    return [number_of(one) for one in value]


def clean(text: str) -> str | None:
    """Return text as every database holds it, None if there is nothing to be read in it."""
    holdable = text.replace("\0", "").encode("utf-8", "replace").decode()
    return holdable.strip()[:TEXT_LIMIT].rstrip() or None


def text_in(tags: Tags, tag: int) -> str | None:
    """Return the text of a tag."""
    value = tags.get(tag)
    return clean(value) if isinstance(value, str) else None


def as_name(text: str | None) -> str | None:
    """Return a text no longer than names are."""
    return text and text[:NAME_LIMIT].rstrip()


def wide_text_in(tags: Tags, tag: int) -> str | None:
    """Return the text of one of the tags that Windows writes, in UTF-16."""
    value = tags.get(tag)
    return clean(value.decode("utf-16-le", "replace")) if isinstance(value, bytes) else None
