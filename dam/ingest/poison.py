"""Contents that have killed or hung a worker, and are not to do so again until somebody asks for it."""

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from dam.core.ledger import LedgerRow, Outcome
from dam.core.visit import Result
from dam.core.worker_pool import CRASHED, TOOK_LONGER
from dam.models.content_hash_sha256_component import ContentHashSHA256Component

_MOST = 1000
"""Workers are told of no more than this: a list without end would travel with every batch."""


def find_poison(session: Session) -> set[bytes]:
    """Return the digests of what is known to have ended workers, the latest first if they are very many."""
    ended = (LedgerRow.message.startswith(CRASHED), LedgerRow.message.startswith(TOOK_LONGER))
    # Written out, since a database cannot tell that a parameter fits a partial index.
    has_failed = LedgerRow.outcome == literal(Outcome.FAILED.value, literal_execute=True)
    poisonous = select(LedgerRow.entity_id).where(has_failed, or_(*ended))
    hash_row = ContentHashSHA256Component
    statement = select(hash_row.digest).where(hash_row.entity_id.in_(poisonous))
    statement = statement.order_by(hash_row.entity_id.desc()).limit(_MOST)
    return {bytes(digest) for digest in session.scalars(statement)}


def is_poison(result: Result) -> bool:
    """Tell whether a visit ended a worker."""
    return any((run.message or "").startswith((CRASHED, TOOK_LONGER)) for run in result.runs)
