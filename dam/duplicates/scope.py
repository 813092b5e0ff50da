"""Which part of a library is compared with all of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select

from dam.core.component import Component, Entity
from dam.core.query import has, lacks
from dam.models.file_location_component import FileLocationComponent


@dataclass(frozen=True)
class Scope:
    """Conditions on entities, all of which must hold; without any it is the whole library."""

    new_since: datetime | None = None
    """Only what was at no known place before that moment."""
    having: tuple[type[Component], ...] = ()
    lacking: tuple[type[Component], ...] = ()
    where: tuple[ColumnElement[bool], ...] = ()
    """Any other conditions on `Entity`, as `query` takes them: see `dam.core.condition.read_condition`."""

    @property
    def is_everything(self) -> bool:
        """Tell whether nothing is left out."""
        return self.new_since is None and not (self.having or self.lacking or self.where)

    def condition(self) -> ColumnElement[bool]:
        """Return the condition on `Entity`."""
        chosen = self.components()
        return chosen if self.new_since is None else chosen & _first_seen_since(self.new_since)

    def components(self) -> ColumnElement[bool]:
        """Return the condition on `Entity` that its components make, whenever it was seen."""
        return and_(has(*self.having), lacks(*self.lacking), *self.where)


def _first_seen_since(moment: datetime) -> ColumnElement[bool]:
    place = FileLocationComponent
    seen = select(place.id).where(place.entity_id == Entity.id).correlate(Entity)
    return seen.exists() & ~seen.where(place.first_seen < moment).exists()
