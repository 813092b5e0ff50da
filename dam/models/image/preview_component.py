"""A small copy of a picture, to look at."""

from dam.core.content import DerivedStore
from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.raster import Raster
from dam.models.preview import Preview, jpeg_preview


class PreviewComponent(Preview):
    """The preview of a picture."""


@system(version=4, on=ImageComponent)
def make_preview(raster: Raster, store: DerivedStore) -> PreviewComponent:
    """Keep a JPEG of the picture as displayed, 448 to 512 pixels long, never enlarged."""
    made = jpeg_preview(raster.picture)
    return PreviewComponent(digest=store.put_derived(made.data), **made.facts)
