"""What is installed: the components, and the systems in the order they run."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from dam.core.component import Component, Kind, search_name
from dam.core.matcher import Matcher
from dam.core.recognition import FileExtensionComponent, recognition_system
from dam.core.step import Step
from dam.core.system import System
from dam.core.visit import in_dependency_order
from dam.errors import UsageError


@dataclass(frozen=True)
class Registry:
    """The installed components and systems."""

    components: tuple[type[Component], ...]
    systems: tuple[System[..., Any], ...]
    steps: tuple[Step, ...] = ()
    """What the coordinator does itself, once visits have found out what there is."""
    matchers: tuple[Matcher, ...] = ()
    """What finds duplicates among the assets of a kind."""

    @classmethod
    def of(
        cls,
        components: Iterable[type[Component]],
        systems: Iterable[System[..., Any]],
        steps: Iterable[Step] = (),
        matchers: Iterable[Matcher] = (),
    ) -> "Registry":
        """Return a registry of these, with recognition of the kinds among the components added."""
        everything: list[type[Component]] = [*components, FileExtensionComponent]
        known = {component.__tablename__: component for component in everything}
        kinds = tuple(c for c in known.values() if issubclass(c, Kind))
        ordered = in_dependency_order([recognition_system(kinds), *systems])
        return cls(tuple(known[name] for name in sorted(known)), ordered, tuple(steps), tuple(matchers))

    @cached_property
    def involved(self) -> tuple[type[Component], ...]:
        """Return the components that any system needs or makes: what a visit has to be given."""
        found = {c for system in self.systems for c in (*system.inputs, *system.products)}
        return tuple(sorted(found, key=lambda c: c.__tablename__))

    @cached_property
    def works(self) -> tuple[System[..., Any] | Step, ...]:
        """Return everything that has rows in the ledger, in the order it is done."""
        return (*self.systems, *self.steps)

    @cached_property
    def makers(self) -> dict[type[Component], System[..., Any]]:
        """Return the system that makes each derived component."""
        return {product: system for system in self.systems for product in system.products}

    @cached_property
    def kinds(self) -> tuple[type[Kind], ...]:
        """Return the installed media kinds."""
        return tuple(c for c in self.components if issubclass(c, Kind))

    def has_step(self, name: str) -> bool:
        """Tell whether that is the name of a step."""
        return any(step.name == name for step in self.steps)

    def system(self, name: str) -> System[..., Any]:
        """Return the system of this name; raises UsageError with the likeliest names."""
        for system in self.systems:
            if system.name == name:
                return system
        raise UsageError(f"unknown system: {name}", hint=_suggest(name, [s.name for s in self.works]))

    def component(self, word: str) -> type[Component]:
        """Return the component that users call `word`; raises UsageError with the likeliest names."""
        for component in self.components:
            if word.lower() in (
                search_name(component).lower(),
                component.__name__.lower(),
                component.__tablename__,
            ):
                return component
        names = [search_name(component) for component in self.components]
        raise UsageError(f"unknown component: {word}", hint=_suggest(word, names))


def _suggest(word: str, names: Collection[str]) -> str:
    by_lower = {name.lower(): name for name in names}
    close = [by_lower[match] for match in get_close_matches(word.lower(), list(by_lower), cutoff=0.5)]
    return f"did you mean {' or '.join(close)}?" if close else f"there are: {', '.join(sorted(names))}"
