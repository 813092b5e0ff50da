"""Sound keeps the contract of media kinds."""

from dam.models.audio import AudioComponent, samples
from dam.testing import KindContract


class TestAudio(KindContract):
    kind = AudioComponent
    samples = samples
