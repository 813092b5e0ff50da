"""Contents that have killed or hung a worker, and are not to do so again until somebody asks for it."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dam.core.ledger import LedgerRow, Outcome
from dam.core.visit import Result
from dam.core.worker_pool import CRASHED, TOOK_LONGER
from dam.models.content_hash_sha256_component import ContentHashSHA256Component

_MOST = 1000
"""Workers are told of no more than this: a list without end would travel with every batch."""


def find_poison(session: Session) -> set[bytes]:
    """Return the digests of what is known to have ended workers, the latest first if they are very many."""
    hash_row = ContentHashSHA256Component
    statement = (
        select(hash_row.digest)
        .join(LedgerRow, LedgerRow.entity_id == hash_row.entity_id)
        .where(
            LedgerRow.outcome == Outcome.FAILED.value,
            or_(LedgerRow.message.startswith(CRASHED), LedgerRow.message.startswith(TOOK_LONGER)),
        )
        .order_by(LedgerRow.entity_id.desc())
        .limit(_MOST)
    )
    return {bytes(digest) for digest in session.scalars(statement)}


def is_poison(result: Result) -> bool:
    """Tell whether a visit ended a worker."""
    return any((run.message or "").startswith((CRASHED, TOOK_LONGER)) for run in result.runs)
