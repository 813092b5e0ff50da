"""How an entity looks."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.matcher import Matcher
from dam.models.image.dimensions_component import DimensionsComponent


@dataclass(frozen=True)
class Appearance:
    """How an entity looks: its size in pixels, and a preview in JPEG, where there are such."""

    width: int | None = None
    height: int | None = None
    preview: bytes | None = None
    facts: str | None = None
    """How it is encoded, of what is no picture: it may have nothing to look at."""

    @property
    def pixels(self) -> int | None:
        """Return how many pixels there are, None if that is not known."""
        return None if self.width is None or self.height is None else self.width * self.height


def appearance_of(
    session: Session, matchers: Iterable[Matcher], entity: int, preview: bytes | None
) -> Appearance:
    """Return how an entity looks, as far as it was measured."""
    for matcher in matchers:
        if session.get(matcher.kind, entity) is not None:
            return Appearance(preview=preview, facts=matcher.facts(session, entity))
    sides = select(DimensionsComponent.width, DimensionsComponent.height)
    measured = session.execute(sides.where(DimensionsComponent.entity_id == entity)).first()
    width, height = measured or (None, None)
    return Appearance(width, height, preview)
