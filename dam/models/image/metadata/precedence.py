"""Which statement counts where a file makes several: as the Metadata Working Group says.

EXIF goes before XMP, and XMP before IPTC, unless the IPTC was changed after the two had been made to agree.
"""

from collections.abc import Mapping
from typing import TypeVar

from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.values import clean
from dam.models.image.metadata.xmp import Property

T = TypeVar("T")


def preferred(metadata: Metadata, said: Mapping[str, T | None]) -> tuple[T, str] | None:
    """Return what counts of what is said by `exif`, `xmp`, `iptc` and others, and who says it."""
    order = ["exif", "iptc", "xmp"] if metadata.iptc_is_newer else ["exif", "xmp", "iptc"]
    for source in [*order, *(other for other in said if other not in order)]:
        found = said.get(source)
        if found is not None and found != []:
            return found, metadata.xmp_source if source == "xmp" else source
    return None


def texts_of(values: Property | list[str] | str | None) -> list[str]:
    """Return the texts of a property that say something; of several languages only the default."""
    if isinstance(values, dict):
        values = values.get("x-default") or next(iter(values.values()), None)
    listed = values if isinstance(values, list) else [values]
    cleaned = [clean(value) for value in listed if isinstance(value, str)]
    return [text for text in cleaned if text is not None]


def first(texts: list[str]) -> str | None:
    """Return the first of some texts."""
    return texts[0] if texts else None
