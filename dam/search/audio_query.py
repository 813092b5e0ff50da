"""Recordings to compare with: files, fingerprinted without being added, and what the library has."""

from sqlalchemy.orm import Session

from dam.core.executor import Executor
from dam.core.registry import Registry
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent
from dam.search.compared import stored_value, visit_compared
from dam.search.file_visits import Visited
from dam.search.similar_audio import RECORDINGS, AudioQuery

SYSTEMS = frozenset({RECORDINGS.system.name})
"""What has to run on a file for it to be compared."""


def read_audio_query(registry: Registry, executor: Executor, asked: bytes | Visited) -> AudioQuery:
    """Fingerprint the file at a path, unless it was visited already.

    Raises UsageError for what is no sound, is too short or cannot be decoded, SourceError for what cannot
    be read.
    """
    visited = visit_compared(registry, executor, asked, RECORDINGS)
    value = visited.result.products[AudioFingerprintComponent][0]["value"]
    return AudioQuery(value, sha256=visited.source.sha256)


def stored_audio_query(session: Session, entity: int) -> AudioQuery:
    """Return an entity by the fingerprint that the library has of it; raises UsageError if it has none."""
    return AudioQuery(stored_value(session, RECORDINGS, entity), entity)
