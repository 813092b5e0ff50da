"""Files that are asked about: visited as assets are, without being added."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dam.core.executor import Executor, run_jobs
from dam.core.path_text import show_path
from dam.core.recognition import FileExtensionComponent, extension_of
from dam.core.registry import Registry
from dam.core.visit import Result, Task
from dam.errors import DamError, UsageError
from dam.services.source_file import digest_file
from dam.services.sources import InPlaceSource


@dataclass(frozen=True)
class Visited:
    """What came of visiting a file."""

    path: bytes
    """As it was given."""
    result: Result
    source: InPlaceSource


def visit_file(
    registry: Registry, executor: Executor, asked: bytes | Visited, systems: Collection[str]
) -> Visited:
    """Run the systems of these names on a file, unless it was visited already.

    Raises SourceError for what cannot be read, UsageError for what is no path.
    """
    if isinstance(asked, Visited):
        return asked
    (visited,) = visit_files(registry, executor, [asked], systems)
    if isinstance(visited, DamError):
        raise visited
    return visited


def visit_files(
    registry: Registry, executor: Executor, paths: Sequence[bytes], systems: Collection[str]
) -> list[Visited | DamError]:
    """Run the systems of these names on each file; what cannot be read is an error in its place."""
    found: dict[int, Visited | DamError] = {}
    tasks = _tasks(registry, paths, frozenset(systems), found)
    for task, result in run_jobs(executor, tasks):
        if isinstance(task.source, InPlaceSource):
            found[task.entity_id] = Visited(paths[task.entity_id], result, task.source)
    return [found[number] for number in range(len(paths))]


def _tasks(
    registry: Registry,
    paths: Sequence[bytes],
    systems: frozenset[str],
    refused: dict[int, Visited | DamError],
) -> Iterator[Task]:
    """Yield a visit of each file, numbered; put those that cannot be read to the refused."""
    for number, path in enumerate(paths):
        # Asking about a file through a link to it is harmless, unlike adding it.
        if b"\0" in path:
            refused[number] = UsageError(
                f"cannot compare: {show_path(path)}: a path has no NUL", hint="such a list needs -0"
            )
            continue
        resolved = os.path.realpath(path) if path else path
        try:
            digests = digest_file(resolved)
        except DamError as error:
            refused[number] = _as_given(error, path, resolved)
            continue
        yield Task(
            entity_id=number,
            systems=registry.systems,
            rows={FileExtensionComponent: [{"extension": extension_of(os.path.basename(path))}]},
            source=InPlaceSource(resolved, digests.sha256, digests.size),
            selected=systems,
        )


def _as_given(error: DamError, path: bytes, resolved: bytes) -> DamError:
    """Return the error with the path as it was given, and where that leads if it is a link."""
    leads_to = show_path(resolved)
    message = error.message.replace(leads_to, show_path(path), 1)
    return type(error)(
        f"{message}: it leads to {leads_to}" if os.path.islink(path) else message, hint=error.hint
    )
