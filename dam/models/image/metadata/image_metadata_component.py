"""Everything that a picture's file says about itself, as it says it."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Document
from dam.core.component import Component
from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.sidecar import SidecarComponent


class ImageMetadataComponent(Component):
    """The whole record as JSON: the directories of EXIF by tag, IPTC by data set, XMP by property."""

    record: Mapped[dict[str, Any]] = mapped_column(Document)


@system(version=1, on=(ImageComponent, SidecarComponent))
def keep_metadata(metadata: Metadata) -> ImageMetadataComponent | None:
    """Keep every field that was read, whether or not anything is made of it."""
    if not metadata:
        return None
    from dam.models.image.metadata.record import record_of

    record = record_of(metadata)
    return ImageMetadataComponent(record=record) if record else None
