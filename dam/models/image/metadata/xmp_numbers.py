"""Numbers as XMP writes them: `28/10`, `5.6`."""

import math

from dam.models.image.metadata.precedence import first, texts_of
from dam.models.image.metadata.xmp import Property

_LONGEST = 40


def ratio_of(text: str | None) -> float | None:
    """Return the number that a text is, or the ratio of two, None for anything else."""
    over, slash, under = (text or "")[:_LONGEST].partition("/")
    try:
        found = float(over) / (float(under) if slash else 1)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def number_in(xmp: dict[str, Property], *names: str) -> float | None:
    """Return the number of the first of these properties that has one."""
    found = (ratio_of(first(texts_of(xmp.get(name)))) for name in names)
    return next((number for number in found if number is not None), None)
