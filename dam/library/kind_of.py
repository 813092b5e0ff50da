"""Which media kind something is of: a file, which the library need not have, or an entity."""

from typing import TYPE_CHECKING

from dam.core.component import Kind
from dam.core.recognition import NAME as RECOGNISE
from dam.errors import DamError
from dam.search.file_visits import visit_files

if TYPE_CHECKING:
    from dam.library.library import Library


def kind_of(library: "Library", medium: bytes | int) -> type[Kind] | None:
    """Return the kind, None if none claims it; raises SourceError for a file that cannot be read."""
    kinds = library.registry.kinds
    if isinstance(medium, int):
        with library.database.read() as session:
            return next((kind for kind in kinds if session.get(kind, medium) is not None), None)
    (visited,) = visit_files(library.registry, library.executor, [medium], {RECOGNISE})
    if isinstance(visited, DamError):
        raise visited
    return next((kind for kind in kinds if visited.result.products.get(kind)), None)
