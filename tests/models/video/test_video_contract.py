"""Films keep the contract of media kinds."""

from dam.models.video import VideoComponent, samples
from dam.testing import KindContract


class TestVideo(KindContract):
    kind = VideoComponent
    samples = samples
