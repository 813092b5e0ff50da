"""`--has`, `--lacks` and `--where`: conditions on what counts, whether a file or its sidecar says it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, not_, true

from dam.core.condition import read_condition
from dam.library import Library
from dam.models.image.sidecar.effective import effective_holder


def conditions(
    library: Library, having: Sequence[str], lacking: Sequence[str], where: Sequence[str]
) -> list[ColumnElement[bool]]:
    """Return the conditions that options ask for; raises UsageError for what is none."""
    component = library.registry.component
    with library.world(write=False) as world:
        holder = effective_holder(world.session)
    return [
        *(holder(component(word), true()) for word in having),
        *(not_(holder(component(word), true())) for word in lacking),
        *(read_condition(library.registry, text, holder) for text in where),
    ]
