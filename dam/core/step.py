"""Steps: work on entities that the coordinator does itself, since no system can."""

from dataclasses import dataclass
from typing import ClassVar

from dam.core.component import Component, Kind


@dataclass(frozen=True)
class Step:
    """What is done once on every entity with a component, such as making other entities of it.

    It has rows in the ledger as systems have, is pending as they are, and never runs in a visit. Raise
    `version` whenever it would do something else.
    """

    name: str
    version: int
    on: type[Component]

    on_demand: ClassVar[bool] = False
    any_of: ClassVar[tuple[type[Kind], ...]] = ()

    @property
    def requires(self) -> frozenset[type[Component]]:
        """Return the components that must be there."""
        return frozenset({self.on})

    @property
    def inputs(self) -> frozenset[type[Component]]:
        """Return the components that it depends on."""
        return self.requires
