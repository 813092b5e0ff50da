"""Documents keep the contract of media kinds."""

from dam.models.document import DocumentComponent, samples
from dam.testing import KindContract


class TestDocuments(KindContract):
    kind = DocumentComponent
    samples = samples
