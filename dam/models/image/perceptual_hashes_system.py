"""The system that makes the three 64-bit hashes of a picture."""

from dam.core.system import system
from dam.models.image import ImageComponent
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.raster import Raster


@system(version=2, on=ImageComponent)
def hash_perceptually(raster: Raster) -> tuple[ImagePHashComponent, ImageAHashComponent, ImageDHashComponent]:
    """Hash the picture as displayed, bit for bit as ImageHash does on the same pixels.

    A large JPEG is hashed from a scaled decode, which moves a bit here and there; one whose bits that
    would decide is decoded in full. ImageHash clips 16-bit greys, so that most of them say nothing here.
    """
    from dam.models.image.hash64 import hashed

    found = hashed(raster.grey)
    if found.is_unsettled and raster.is_scaled:
        found = hashed(raster.in_full().grey)
    return (
        ImagePHashComponent(value=found.perceptual),
        ImageAHashComponent(value=found.average),
        ImageDHashComponent(value=found.difference),
    )
