"""Recordings to compare with: files, fingerprinted without being added, and what the library has."""

from sqlalchemy.orm import Session

from dam.core.executor import Executor
from dam.core.registry import Registry
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent
from dam.search.compared import stored_value, visit_compared
from dam.search.similar_audio import RECORDINGS, AudioQuery


def read_audio_query(registry: Registry, executor: Executor, path: bytes) -> AudioQuery:
    """Fingerprint the file at a path.

    Raises UsageError for what is no sound, is too short or cannot be decoded, SourceError for what cannot
    be read.
    """
    visited = visit_compared(registry, executor, path, RECORDINGS)
    return AudioQuery(visited.result.products[AudioFingerprintComponent][0]["value"], sha256=visited.sha256)


def stored_audio_query(session: Session, entity: int) -> AudioQuery:
    """Return an entity by the fingerprint that the library has of it; raises UsageError if it has none."""
    return AudioQuery(stored_value(session, RECORDINGS, entity), entity)
