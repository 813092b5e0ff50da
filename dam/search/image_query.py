"""A picture to compare with: fingerprinted without being added."""

import os
from dataclasses import dataclass
from typing import Any

from dam.core.component import Component, Values
from dam.core.executor import Executor, run_jobs
from dam.core.ledger import Outcome
from dam.core.path_text import show_path
from dam.core.recognition import NAME as RECOGNISE
from dam.core.recognition import FileExtensionComponent, extension_of
from dam.core.registry import Registry
from dam.core.visit import Result, Task
from dam.errors import UsageError
from dam.models.image import ImageComponent
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent, hash_pdq
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.perceptual_hashes import hash_perceptually
from dam.search.similar_images import ImageFingerprints
from dam.services.digests import Digests
from dam.services.source_file import digest_file
from dam.services.sources import InPlaceSource

_SYSTEMS = frozenset({RECOGNISE, hash_perceptually.name, hash_pdq.name})


@dataclass(frozen=True)
class ImageQuery:
    """The fingerprints of a picture, and the digests that tell whether the library has it."""

    digests: Digests
    fingerprints: ImageFingerprints


def read_image_query(registry: Registry, executor: Executor, path: bytes) -> ImageQuery:
    """Fingerprint the picture at `path` with the very systems the library uses.

    Raises UsageError if it is no picture or cannot be decoded, SourceError if it cannot be read.
    """
    # Asking about a file through a link to it is harmless, unlike adding it.
    resolved = os.path.realpath(path) if path else path
    digests = digest_file(resolved)
    task = Task(
        entity_id=0,
        systems=registry.systems,
        rows={FileExtensionComponent: [{"extension": extension_of(os.path.basename(path))}]},
        source=InPlaceSource(resolved, digests.sha256, digests.size),
        selected=_SYSTEMS,
    )
    _, result = next(run_jobs(executor, [task]))
    return ImageQuery(digests, _fingerprints(result, show_path(path)))


def _fingerprints(result: Result, name: str) -> ImageFingerprints:
    if result.content != "fine":
        raise UsageError(f"cannot compare: {name}: {result.content_message or 'it cannot be read'}")
    if not result.products.get(ImageComponent):
        raise UsageError(f"cannot compare: {name}: not an image")
    for run in result.runs:
        if run.system == hash_perceptually.name and run.outcome is Outcome.UNAVAILABLE:
            raise UsageError(f"cannot compare: {name}: needs {run.message}")
        if run.system == hash_perceptually.name and run.outcome is Outcome.FAILED:
            raise UsageError(f"cannot compare: {name}: {run.message}")
    pdq = result.products.get(ImagePDQComponent)
    return ImageFingerprints(
        phash=_value(result, ImagePHashComponent),
        ahash=_value(result, ImageAHashComponent),
        dhash=_value(result, ImageDHashComponent),
        pdq=bytes(pdq[0]["value"]) if pdq else None,
    )


def _value(result: Result, component: type[Component]) -> Any:
    rows: list[Values] = result.products[component]
    return rows[0]["value"]
