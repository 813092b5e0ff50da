"""How a library stands."""

from dataclasses import dataclass

from dam.core.census import SystemCount
from dam.models.holdings import Holdings


@dataclass(frozen=True)
class Status:
    """How much a library holds, and how every system stands."""

    entities: int
    holdings: Holdings
    systems: list[SystemCount]
