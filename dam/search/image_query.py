"""Pictures to compare with: files, fingerprinted without being added, and what the library has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from dam.core.component import Component, Values
from dam.core.content import Source
from dam.core.executor import Executor, run_jobs
from dam.core.ledger import Entry, Outcome, Run, read_entries
from dam.core.path_text import show_path
from dam.core.recognition import NAME as RECOGNISE
from dam.core.registry import Registry
from dam.core.visit import Result
from dam.errors import DamError, SourceUnreachable, UsageError
from dam.models.image import ImageComponent
from dam.models.image.dimensions_component import DimensionsComponent, measure
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent, hash_pdq
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.search.file_visits import Visited, visit_files
from dam.search.image_fingerprints import ImageFingerprints
from dam.search.similar_images import ImageQuery
from dam.search.stored_fingerprints import fingerprints_of
from dam.search.turned_image import Turned, TurnedImage

SYSTEMS = frozenset({hash_perceptually.name, hash_pdq.name, measure.name})
"""What has to run on a file for it to be compared."""


@dataclass(frozen=True)
class Asked:
    """A picture that was asked about."""

    name: str
    """What it is called in messages."""
    query: ImageQuery | DamError
    """What to search by, or why there is nothing."""
    source: Source | None = None
    """Where its bytes are, if that is known."""


def read_image_queries(
    registry: Registry, executor: Executor, images: Sequence[bytes | Visited]
) -> list[Asked]:
    """Fingerprint the pictures at these paths, with the very systems the library uses.

    Those that were visited already are not visited again. What is no picture or cannot be decoded is a
    UsageError, what cannot be read a SourceError.
    """
    paths = [image for image in images if isinstance(image, bytes)]
    made = iter(visit_files(registry, executor, paths, {RECOGNISE, *SYSTEMS}))
    asked = []
    for image in images:
        visited = image if isinstance(image, Visited) else next(made)
        if isinstance(visited, DamError):
            asked.append(Asked(show_path(image if isinstance(image, bytes) else image.path), visited))
        else:
            asked.append(_asked(visited))
    return asked


def _asked(visited: Visited) -> Asked:
    name = show_path(visited.path)
    query: ImageQuery | DamError
    try:
        query = ImageQuery(_fingerprints(visited.result, name), sha256=visited.source.sha256)
    except UsageError as error:
        query = error
    return Asked(name, query, visited.source)


def stored_image_queries(session: Session, entities: Sequence[int]) -> list[Asked]:
    """Return entities by the fingerprints that the library has of them.

    What is no image, or has no current hashes, is a UsageError.
    """
    known = fingerprints_of(session, entities)
    asked = []
    for entity in entities:
        name = f"entity {entity}"
        hashed = known.get(entity)
        query = ImageQuery(hashed, entity) if hashed else _why_not_hashed(session, entity, name)
        asked.append(Asked(name, query))
    return asked


def turned(executor: Executor, asked: Sequence[Asked]) -> list[Asked]:
    """Return them with the fingerprints of the pictures when they are turned, or why they have none."""
    jobs = (
        TurnedImage(number, one.source, one.name)
        for number, one in enumerate(asked)
        if one.source is not None and isinstance(one.query, ImageQuery)
    )
    made = {job.number: result for job, result in run_jobs(executor, jobs)}
    return [replace(one, query=_with_turned(one, made.get(number))) for number, one in enumerate(asked)]


def _with_turned(one: Asked, made: Turned | DamError | None) -> ImageQuery | DamError:
    if isinstance(one.query, DamError):
        return one.query
    if made is None:
        return SourceUnreachable(
            f"cannot turn: {one.name}: its bytes are at no known place",
            hint="without --rotated its stored hashes are enough",
        )
    return made if isinstance(made, DamError) else replace(one.query, turned=made)


def _fingerprints(result: Result, name: str) -> ImageFingerprints:
    if result.content != "fine":
        raise _cannot_compare(name, result.content_message or "it cannot be read")
    if not result.products.get(ImageComponent):
        raise _cannot_compare(name, "not an image")
    for run in result.runs:
        if run.system == hash_perceptually.name and run.outcome in (Outcome.UNAVAILABLE, Outcome.FAILED):
            raise _cannot_compare(name, _reason(run))
    pdq = _made(result, ImagePDQComponent)
    size = _made(result, DimensionsComponent)
    return ImageFingerprints(
        phash=_made(result, ImagePHashComponent)["value"],
        ahash=_made(result, ImageAHashComponent)["value"],
        dhash=_made(result, ImageDHashComponent)["value"],
        pdq=bytes(pdq["value"]) if pdq else None,
        quality=pdq.get("quality", 0),
        short_side=min(size["width"], size["height"]) if size else 0,
    )


def _made(result: Result, component: type[Component]) -> Mapping[str, Any]:
    rows: list[Values] = result.products.get(component, [])
    return rows[0] if rows else {}


def _why_not_hashed(session: Session, entity: int, name: str) -> UsageError:
    if session.get(ImageComponent, entity) is None:
        return _cannot_compare(name, "not an image")
    entry = read_entries(session, [entity])[entity].get(hash_perceptually.name)
    if entry is not None and entry.version == hash_perceptually.version and entry.message:
        return _cannot_compare(name, _reason(entry))
    return _cannot_compare(name, "it has no current hashes", hint="dam-cli run")


def _reason(ended: Run | Entry) -> str:
    """Return why a system has made nothing."""
    return f"needs {ended.message}" if ended.outcome is Outcome.UNAVAILABLE else f"{ended.message}"


def _cannot_compare(name: str, why: str, *, hint: str | None = None) -> UsageError:
    return UsageError(f"cannot compare: {name}: {why}", hint=hint)
