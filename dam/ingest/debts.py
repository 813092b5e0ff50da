"""What a run that was killed had recorded and not brought up to date any more."""

from dam.core.ledger import find_stale
from dam.core.run import Runner
from dam.ingest.added import Outcomes, UnchangedFiles

_MOST = 100_000
"""Entities to remember; where more are stale it was no crash, and `dam-cli run` is the way."""


class Debts:
    """Entities on which systems are pending since before this run.

    A group is recorded in one transaction and what it made pending is run after that one. A crash
    between the two leaves files that need not be read again, and yet are not done with.
    """

    def __init__(self, runner: Runner) -> None:
        """Look up what is pending now."""
        self._runner = runner
        with runner.database.read() as session:
            self._entities = find_stale(session, _MOST)

    def pay(self, outcomes: Outcomes) -> None:
        """Run what is pending on files that are unchanged, before that is said of them."""
        if not self._entities or not isinstance(outcomes, UnchangedFiles):
            return
        owed = self._entities.intersection(entity for _, entity, _, _ in outcomes.files)
        self._entities -= owed
        for _ in self._runner.run_on(owed):
            pass
