"""Which of several is the best: most pixels or what else its kind prefers, richest metadata, oldest.

Whatever is only inside of archives comes last: it is no copy that anybody could keep as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.component import Component
from dam.core.matcher import Quality
from dam.core.registry import Registry
from dam.duplicates.archived import only_in_archives
from dam.duplicates.pairs import Numbers
from dam.duplicates.pictures import Pictures
from dam.search.page import Entities


def best_first(session: Session, registry: Registry, pictures: Pictures, candidates: Numbers) -> Numbers:
    """Return these pictures, by number, from the best one to the least.

    Metadata is the richer the more kinds of components there are that enrich an entity; the oldest is
    what was added first.
    """
    pixels = pictures.width[candidates].astype(np.uint64) * pictures.height[candidates]
    entities = pictures.entities[candidates]
    richness = _count_components(session, registry, entities)
    archived = only_in_archives(session, entities)
    return candidates[np.lexsort((candidates, -richness, np.invert(pixels), archived))]


def best_by_quality(
    session: Session, registry: Registry, entities: Entities, qualities: Mapping[int, Quality]
) -> list[int]:
    """Return the places of these entities, ascending, from the best one to the least."""
    richness = _count_components(session, registry, entities).tolist()
    archived = only_in_archives(session, entities).tolist()

    def rank(place: int) -> tuple[bool, list[float], int, int]:
        entity = int(entities[place])
        quality = [-number for number in qualities.get(entity, ())]
        return archived[place], quality, -richness[place], entity

    return sorted(range(len(entities)), key=rank)


def richest_first(session: Session, registry: Registry, lots: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return lots of entities with as many pixels each, the best of each first."""
    entities = np.unique(np.array([entity for lot in lots for entity in lot], dtype=np.int64))
    counted = _count_components(session, registry, entities)
    richness = dict(zip(entities.tolist(), counted.tolist(), strict=True))
    archived = dict(zip(entities.tolist(), only_in_archives(session, entities).tolist(), strict=True))
    return [sorted(lot, key=lambda entity: (archived[entity], -richness[entity], entity)) for lot in lots]


def _count_components(session: Session, registry: Registry, entities: Entities) -> NDArray[np.int64]:
    """Return how many kinds of enriching components each entity has; `entities` is ascending."""
    kinds = [component for component in registry.components if component.enriches]
    counts = np.zeros(len(entities), dtype=np.int64)
    if not kinds:
        return counts
    for some in batched(entities.tolist()):
        lots = [_owners(component, number, some) for number, component in enumerate(kinds)]
        owners = [entity for entity, _ in session.execute(union_all(*lots))]
        np.add.at(counts, np.searchsorted(entities, np.array(owners, dtype=np.int64)), 1)
    return counts


def _owners(component: type[Component], number: int, entities: list[int]) -> Any:
    return select(component.entity_id, literal(number)).where(component.entity_id.in_(entities)).distinct()
