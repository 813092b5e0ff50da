"""Contents that have killed or hung a worker, and are not to do so again until somebody asks for it."""

from collections.abc import Iterable

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from dam.core.ledger import LedgerRow, Outcome
from dam.core.visit import Result
from dam.core.worker_pool import CRASHED, TOOK_LONGER
from dam.models.content_hash_sha256_component import ContentHashSHA256Component

_BITS = 16
"""Of a digest so many bits count: 8 KiB tell of any number of contents."""
_ROWS = 4096


class Suspects:
    """Contents of which it is to be looked up what is known of them before anything is done with them.

    Those that were added are always in it, others rarely. It travels with every batch of files, and so it
    is of the same size for any number of contents, and next to nothing for none.
    """

    def __init__(self, digests: Iterable[bytes] = ()) -> None:
        self._bits = bytearray()
        for digest in digests:
            self.add(digest)

    def add(self, digest: bytes) -> None:
        """Add a content by its digest."""
        if not self._bits:
            self._bits = bytearray((1 << _BITS) // 8)
        byte, mask = _where(digest)
        self._bits[byte] |= mask

    def __contains__(self, digest: object) -> bool:
        if not self._bits or not isinstance(digest, bytes):
            return False
        byte, mask = _where(digest)
        return bool(self._bits[byte] & mask)


def _where(digest: bytes) -> tuple[int, int]:
    number = int.from_bytes(digest[: _BITS // 8])
    return number >> 3, 1 << (number & 7)


def find_poison(session: Session) -> Suspects:
    """Return all that is known to have ended workers. This takes one statement."""
    ended = (LedgerRow.message.startswith(CRASHED), LedgerRow.message.startswith(TOOK_LONGER))
    # Written out, since a database cannot tell that a parameter fits a partial index.
    has_failed = LedgerRow.outcome == literal(Outcome.FAILED.value, literal_execute=True)
    poisonous = select(LedgerRow.entity_id).where(has_failed, or_(*ended))
    hash_row = ContentHashSHA256Component
    statement = select(hash_row.digest).where(hash_row.entity_id.in_(poisonous))
    found = session.scalars(statement.execution_options(yield_per=_ROWS))
    return Suspects(bytes(digest) for digest in found)


def is_poison(result: Result) -> bool:
    """Tell whether a visit ended a worker."""
    return any((run.message or "").startswith((CRASHED, TOOK_LONGER)) for run in result.runs)
