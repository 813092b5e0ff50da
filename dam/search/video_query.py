"""Films to compare with: files, fingerprinted without being added, and what the library has."""

from sqlalchemy.orm import Session

from dam.core.executor import Executor
from dam.core.registry import Registry
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent
from dam.models.video.video_sound_component import VideoSoundComponent
from dam.search.compared import stored_value, values_of, visit_compared
from dam.search.file_visits import Visited
from dam.search.similar_video import FILMS, SOUNDS, TIGHT_FILMS, VideoQuery

SYSTEMS = frozenset({FILMS.system.name, SOUNDS.system.name})
"""What has to run on a file for it to be compared."""


def read_video_query(registry: Registry, executor: Executor, asked: bytes | Visited) -> VideoQuery:
    """Fingerprint the file at a path, unless it was visited already.

    Raises UsageError for what is no film or cannot be decoded, SourceError for what cannot be read.
    """
    visited = visit_compared(registry, executor, asked, FILMS, SYSTEMS)
    products = visited.result.products
    (made,) = products[VideoFingerprintComponent]
    sound = products.get(VideoSoundComponent)
    return VideoQuery(
        made["value"],
        sound[0]["value"] if sound else b"",
        sha256=visited.source.sha256,
        tight=made["tight"],
    )


def stored_video_query(session: Session, entity: int) -> VideoQuery:
    """Return an entity by the fingerprint that the library has of it; raises UsageError if it has none."""
    value = stored_value(session, FILMS, entity)
    sound = values_of(session, SOUNDS, [entity]).get(entity, b"")
    return VideoQuery(value, sound, entity, tight=values_of(session, TIGHT_FILMS, [entity]).get(entity))
