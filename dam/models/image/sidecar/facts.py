"""What is said of an asset by the sidecars beside it, and what of its own file's words that overrules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dam.core.component import Component, search_name
from dam.models.file_location_component import paths_of_places
from dam.models.image.sidecar.effective import FACTS
from dam.models.image.sidecar.pairs import has_sidecars, pairs


@dataclass(frozen=True)
class SidecarPair:
    """Two places that go together: a sidecar's, and that of what it is about."""

    sidecar: int
    path: bytes
    subject: int
    subject_path: bytes


@dataclass(frozen=True)
class Fact:
    """A component that a sidecar has, as a fact about what it is beside."""

    component: Component
    pair: SidecarPair

    @property
    def name(self) -> str:
        """Give the word that people search by."""
        return search_name(type(self.component))


@dataclass(frozen=True)
class Said:
    """What sidecars have to do with one asset."""

    pairs: Sequence[SidecarPair] = ()
    """Those in which it is either the sidecar or what that is about."""
    facts: Sequence[Fact] = ()
    """What is said of it by other files than its own."""

    @property
    def overruled(self) -> frozenset[str]:
        """Return the components of which only the sidecars' count."""
        return frozenset(fact.name for fact in self.facts)


def said_of(session: Session, entity: int, components: Collection[type[Component]] = FACTS) -> Said:
    """Return the pairs of an asset, and the facts about it that stand in sidecars."""
    if not has_sidecars(session):
        return Said()
    known = pairs(entity)
    rows = session.execute(
        select(known.c.sidecar, known.c.sidecar_place, known.c.subject, known.c.subject_place).where(
            or_(known.c.sidecar == entity, known.c.subject == entity)
        )
    ).all()
    places = paths_of_places(session, {place for row in rows for place in (row[1], row[3])})
    found = sorted(
        (SidecarPair(row[0], places[row[1]], row[2], places[row[3]]) for row in rows),
        key=lambda pair: (pair.path, pair.subject_path, pair.sidecar),
    )
    about = [pair for pair in found if pair.subject == entity]
    return Said(found, _facts(session, about, components) if about else ())


def _facts(
    session: Session, about: Sequence[SidecarPair], components: Collection[type[Component]]
) -> list[Fact]:
    sidecars = {pair.sidecar for pair in about}
    facts = []
    for component in components:
        ordered = select(component).order_by(*component.__mapper__.primary_key)
        for row in session.scalars(ordered.where(component.entity_id.in_(sidecars))):
            facts += [Fact(row, pair) for pair in about if pair.sidecar == row.entity_id]
    return facts
