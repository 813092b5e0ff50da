"""Images keep the contract of media kinds."""

from dam.models.image import ImageComponent, samples
from dam.testing import KindContract


class TestImages(KindContract):
    kind = ImageComponent
    samples = samples
