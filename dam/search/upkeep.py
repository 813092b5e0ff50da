"""Keeping the packed pages current while others add to the library."""

import logging
from collections.abc import Sequence

from dam.core.component import Fingerprint
from dam.core.database import Database
from dam.core.registry import Registry
from dam.errors import DamError
from dam.search.counting import pack_counts
from dam.search.layout import unpacked

_OFTEN_ENOUGH = 65536
"""Assets after which is packed in the middle of a run: as many as fill a page."""

_logger = logging.getLogger(__name__)


class PageUpkeep:
    """Packs what a run has recorded: now and then, and at its end."""

    def __init__(self, database: Database, registry: Registry) -> None:
        self._database = database
        self._fingerprints = [c for c in registry.components if issubclass(c, Fingerprint)]
        self._kinds = registry.kinds
        self._recorded = 0

    def recorded(self, count: int) -> None:
        """Note that so many assets more may have fingerprints."""
        self._recorded += count
        if self._recorded >= _OFTEN_ENOUGH:
            self.finish()

    def finish(self) -> None:
        """Pack whatever is worth it. A failure costs time when searching, and nothing else."""
        if not self._recorded:
            return
        self._recorded = 0
        try:
            pack_counts(self._database, self._kinds)
            if wanting := self._wanting():
                from dam.search.packing import pack

                pack(self._database, wanting)
        except DamError as error:
            _logger.warning("fingerprints were not packed: %s", error.message)

    def _wanting(self) -> Sequence[type[Fingerprint]]:
        with self._database.read() as session:
            return [one for one in self._fingerprints if next(unpacked(session, one), None)]
