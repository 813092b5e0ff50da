"""Which stored hashes of pictures are current: one rule, whoever searches.

A hash counts as it stands in its table, unless the ledger says that it was made by another version of its
system, or from what has changed since. That the ledger says nothing of it is no reason to leave it out.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from dam.core.component import Component
from dam.core.ledger import LedgerRow, Outcome, SystemRow, is_outdated
from dam.core.system import System
from dam.models.image import ImageComponent
from dam.models.image.image_ahash_component import ImageAHashComponent
from dam.models.image.image_dhash_component import ImageDHashComponent
from dam.models.image.image_pdq_component import ImagePDQComponent, hash_pdq
from dam.models.image.image_phash_component import ImagePHashComponent
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.search.counting import count_rows


@dataclass(frozen=True)
class Hashing:
    """A system that hashes pictures, and what it makes of each that can be decoded."""

    system: System[..., Any]
    makes: tuple[type[Component], ...]

    @property
    def number(self) -> ColumnElement[int]:
        """Return the id that the ledger has for the system, as SQL."""
        return select(SystemRow.id).where(SystemRow.name == self.system.name).scalar_subquery()


PERCEPTUAL = Hashing(hash_perceptually, (ImagePHashComponent, ImageDHashComponent, ImageAHashComponent))
PDQ = Hashing(hash_pdq, (ImagePDQComponent,))


@dataclass(frozen=True)
class Uncompared:
    """How many images a search leaves out, and why."""

    unhashed: int = 0
    """Those without current hashes, which are still to be made."""
    undecodable: int = 0
    """Those that could not be decoded for it: they are tried again only if that is asked for."""


def outdated(hashing: Hashing) -> Select[int]:
    """Select the entities of which the ledger says that their hashes are not current."""
    return select(LedgerRow.entity_id).where(is_outdated(hashing.number, hashing.system.version))


def count_uncompared(session: Session, hashing: Hashing) -> Uncompared:
    """Count the images that a search by these hashes leaves out, without looking each up: that takes ages."""
    old = select(func.count()).select_from(outdated(hashing).where(_has_hash(hashing)).subquery())
    failed = undecodable(hashing)
    counts = session.execute(select(old.scalar_subquery(), failed.scalar_subquery())).one()
    hashed = min(count_rows(session, component) for component in hashing.makes) - counts[0]
    return Uncompared(max(count_rows(session, ImageComponent) - hashed - counts[1], 0), counts[1])


def undecodable(*hashings: Hashing) -> Select[int]:
    """Select how many images could not be decoded for any of these hashes."""
    return select(func.count(LedgerRow.entity_id.distinct())).where(or_(*map(_has_failed, hashings)))


def _has_failed(hashing: Hashing) -> ColumnElement[bool]:
    return and_(
        LedgerRow.system_id == hashing.number,
        # Written out, since a database cannot tell that a parameter fits a partial index.
        LedgerRow.outcome == literal(Outcome.FAILED.value, literal_execute=True),
        # As a sum, so that no database goes through all entries of a version to find the few that failed.
        LedgerRow.version + 0 == hashing.system.version,
        ~_has_hash(hashing),
    )


def _has_hash(hashing: Hashing) -> ColumnElement[bool]:
    made = hashing.makes[0]
    return select(made.entity_id).where(made.entity_id == LedgerRow.entity_id).exists()
