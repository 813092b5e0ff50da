"""Recordings to compare with: files, fingerprinted without being added, and what the library has."""

from sqlalchemy.orm import Session

from dam.core.executor import Executor
from dam.core.ledger import Entry, Outcome, read_entries
from dam.core.path_text import show_path
from dam.core.recognition import NAME as RECOGNISE
from dam.core.registry import Registry
from dam.errors import DamError, UsageError
from dam.models.audio import AudioComponent
from dam.models.audio.audio_fingerprint_component import AudioFingerprintComponent, fingerprint
from dam.search.file_visits import visit_files
from dam.search.similar_audio import AudioQuery, fingerprints_of


def read_audio_query(registry: Registry, executor: Executor, path: bytes) -> AudioQuery:
    """Fingerprint the file at a path, with the very systems the library uses.

    Raises UsageError for what is no sound, is too short or cannot be decoded, SourceError for what cannot
    be read.
    """
    (visited,) = visit_files(registry, executor, [path], {RECOGNISE, fingerprint.name})
    if isinstance(visited, DamError):
        raise visited
    name, result = show_path(path), visited.result
    if result.content != "fine":
        raise UsageError(f"cannot compare: {name}: {result.content_message or 'it cannot be read'}")
    if not result.products.get(AudioComponent):
        raise UsageError(f"cannot compare: {name}: not a recording")
    if made := result.products.get(AudioFingerprintComponent):
        return AudioQuery(made[0]["value"], sha256=visited.source.sha256)
    (run,) = [run for run in result.runs if run.system == fingerprint.name]
    raise _refusal(name, Entry(run.version, run.outcome, run.message))


def stored_audio_query(session: Session, entity: int) -> AudioQuery:
    """Return an entity by the fingerprint that the library has of it; raises UsageError if it has none."""
    if (value := fingerprints_of(session, [entity]).get(entity)) is not None:
        return AudioQuery(value, entity)
    if session.get(AudioComponent, entity) is None:
        raise UsageError(f"cannot compare: entity {entity}: not a recording")
    raise _refusal(f"entity {entity}", read_entries(session, [entity])[entity].get(fingerprint.name))


def _refusal(name: str, entry: Entry | None) -> UsageError:
    """Say why there is no fingerprint."""
    if entry is None or entry.version != fingerprint.version:
        return UsageError(f"cannot compare: {name}: it has no current fingerprint", hint="dam-cli run")
    if entry.outcome is Outcome.NOTHING:
        return UsageError(f"cannot compare: {name}: too short, or no recorded sound")
    needs = "needs " if entry.outcome is Outcome.UNAVAILABLE else ""
    return UsageError(f"cannot compare: {name}: {needs}{entry.message}")
