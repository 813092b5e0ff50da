"""What a picture was taken with."""

from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.makers import full_name
from dam.models.image.metadata.precedence import first, preferred, texts_of
from dam.models.image.metadata.values import as_name, text_in

_MAKE, _MODEL = 271, 272


class CameraComponent(Component):
    """The camera, phone or scanner: maker and model as the file has them, and a name to search by."""

    enriches = True

    make: Mapped[str | None]
    model: Mapped[str | None]
    name: Mapped[str] = mapped_column(index=True)
    """Both together in one way of writing: `Nikon D800`, `Canon EOS R6`."""
    source: Mapped[str]


def camera(metadata: Metadata) -> CameraComponent | None:
    """Return the camera that EXIF names, else the one that XMP does."""
    tags, xmp = metadata.exif.main, metadata.xmp
    stated = preferred(
        metadata,
        {
            "exif": _pair(text_in(tags, _MAKE), text_in(tags, _MODEL)),
            "xmp": _pair(first(texts_of(xmp.get("tiff:Make"))), first(texts_of(xmp.get("tiff:Model")))),
        },
    )
    if stated is None:
        return None
    (make, model), source = stated
    return CameraComponent(make=make, model=model, name=full_name(make, model), source=source)


def _pair(make: str | None, model: str | None) -> tuple[str | None, str | None] | None:
    return (as_name(make), as_name(model)) if make or model else None
