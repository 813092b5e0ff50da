"""Adding files, and expanding the archives among them once they are acknowledged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dam.core.ledger import Outcome
from dam.ingest.add import Adding
from dam.ingest.added import Outcomes, UnchangedFiles
from dam.ingest.expand import Expander
from dam.ingest.expanded import Expanded


@dataclass
class MemberTally:
    """What came of the archives of a run, apart from the files: members are none."""

    archives: int = 0
    new: int = 0
    known: int = 0
    failed: int = 0
    """Archives of which something could not be read."""
    unavailable: int = 0
    """Archives that wait for a library to read them with."""
    is_damaged: bool = False

    def count(self, expanded: Expanded) -> None:
        """Count one archive."""
        self.unavailable += expanded.outcome is Outcome.UNAVAILABLE
        self.archives += expanded.outcome is not Outcome.UNAVAILABLE
        self.new += expanded.new
        self.known += expanded.known
        self.failed += expanded.outcome is Outcome.FAILED
        self.is_damaged |= expanded.is_damaged


class AddingAndExpanding:
    """A run of adding that also expands archives, new ones and those that an earlier run left."""

    def __init__(self, adding: Adding, expander: Expander, until: Callable[[], bool]) -> None:
        self.members = MemberTally()
        self._adding = adding
        self._expander = expander
        self._until = until
        self._owed = expander.owed()
        self._is_cut_short = False

    @property
    def ignored(self) -> int:
        """Give how many names were left out so far because a `.damignore` says so."""
        return self._adding.ignored

    @property
    def is_cut_short(self) -> bool:
        """Tell whether the run was stopped before it had read everything."""
        return self._adding.is_cut_short or self._is_cut_short

    def __iter__(self) -> Iterator[Outcomes]:
        for outcomes in self._adding:
            yield outcomes
            for archives in self._archives(outcomes):
                self._expand(archives)

    def _archives(self, outcomes: Outcomes) -> Iterator[list[int]]:
        if not isinstance(outcomes, UnchangedFiles):
            entities = {added.entity for added in outcomes if added.entity is not None}
            yield from self._expander.pending_among(entities)
        else:
            entities = {entity for _, entity, _, _ in outcomes.files}
        # Also what an earlier run has left within an archive that itself was done.
        owed = [self._owed.pop(entity) for entity in entities & self._owed.keys()]
        yield from self._expander.pending_among(set().union(*owed))

    def _expand(self, archives: list[int]) -> None:
        if not archives:
            return
        for expanded in self._expander.expand(archives, self._until):
            self.members.count(expanded)
        self._is_cut_short |= self._until()
