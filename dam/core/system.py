"""Systems: pure functions from components and bytes to components. Signatures are the schedule."""

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from types import NoneType, UnionType
from typing import Any, Generic, ParamSpec, TypeVar, Union, get_args, get_origin

from dam.core.component import Component, Kind, is_single
from dam.core.content import Content, DerivedStore
from dam.core.job import Allowance

P = ParamSpec("P")
R = TypeVar("R")


class Unavailable(Exception):
    """Raised by a system or resource whose library is not installed.

    `module` is the import that is missing, `extra` the optional dependency of dam (or of a plugin)
    that brings it. Once the module can be imported the system is pending again.
    """

    def __init__(self, module: str, *, extra: str) -> None:
        super().__init__(module, extra)
        self.module = module
        self.extra = extra

    def __reduce__(self) -> tuple[object, ...]:
        return (_unavailable, (self.module, self.extra))

    @property
    def message(self) -> str:
        """Return what the ledger keeps, the module first."""
        return f"{self.module} (extra: {self.extra})"


def _unavailable(module: str, extra: str) -> Unavailable:
    return Unavailable(module, extra=extra)


def has_become_available(message: str) -> bool:
    """Tell whether the module that an `unavailable` ledger message names can be imported now."""
    module = message.partition(" ")[0]
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


@dataclass(frozen=True)
class Parameter:
    """What one parameter of a system or resource asks for."""

    name: str
    component: type[Component] | None = None
    every: bool = False
    resource: "Resource[..., Any] | None" = None
    special: type[Content] | type[DerivedStore] | None = None


class Callee(Generic[P, R]):
    """A function whose parameters the visit fills from an entity's components and bytes."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = function
        self.__module__ = function.__module__
        self.__qualname__ = function.__qualname__
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self.__wrapped__ = function
        self.hints = typing.get_type_hints(function)
        self.parameters = tuple(
            _parameter(self.label, name, self.hints) for name in inspect.signature(function).parameters
        )

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the plain function."""
        return self.function(*args, **kwargs)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle as a reference, so that a worker imports just the module this stands in."""
        return self.__qualname__

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.label}>"

    @property
    def label(self) -> str:
        """Return the function's full dotted name."""
        return f"{self.__module__}.{self.__qualname__}"

    @cached_property
    def requires(self) -> frozenset[type[Component]]:
        """Return the components that must be there, those of its resources included."""
        return frozenset(
            component
            for p in self.parameters
            for component in (p.resource.requires if p.resource else {p.component})
            if component is not None
        )

    @cached_property
    def needs_content(self) -> bool:
        """Tell whether it, or a resource it asks for, reads the bytes."""
        return any(p.special is Content or (p.resource and p.resource.needs_content) for p in self.parameters)


class Resource(Callee[P, R]):
    """Something costly that several systems share: built at most once per entity and visit."""


class System(Callee[P, R]):
    """A pure function that derives components, with the version of what it computes."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        version: int,
        on: type[Component] | tuple[type[Kind], ...] | None = None,
        on_demand: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(function)
        if version < 1:
            raise TypeError(f"{self.label}: a system's version starts at 1, not {version}")
        self.version = version
        self.any_of: tuple[type[Kind], ...] = on if isinstance(on, tuple) else ()
        """Kinds of which one has to be there, whichever it is."""
        self.on = None if isinstance(on, tuple) else on
        self.on_demand = on_demand
        self.name = name or f"{_group(function.__module__)}.{function.__name__}"
        self.products = self._find_products()

    def _find_products(self) -> tuple[type[Component], ...]:
        """Return the component types the return annotation names."""
        if "return" not in self.hints:
            raise TypeError(f"{self.label}: a system must say in its return annotation what it makes")
        products = tuple(dict.fromkeys(_components_in(self.hints["return"], self.label)))
        if not products:
            raise TypeError(f"{self.label}: a system must return components")
        return products

    @cached_property
    def requires(self) -> frozenset[type[Component]]:
        """Return the components that must be there before the system runs."""
        needed = super().requires
        return needed | {self.on} if self.on else needed

    @cached_property
    def inputs(self) -> frozenset[type[Component]]:
        """Return the components that it depends on: what it requires, and each kind that will do."""
        return self.requires.union(self.any_of)

    def applies_to(self, rows: Mapping[type[Component], object]) -> bool:
        """Tell whether what it requires is among what an entity has."""
        if not all(map(rows.get, self.requires)):
            return False
        return not self.any_of or any(map(rows.get, self.any_of))

    @cached_property
    def allowance(self) -> Allowance | None:
        """Return what the media kind that it works on allows a visit, None if it works on any.

        Of several that will do it is the first one's.
        """
        kinds = [*self.any_of, *(component for component in self.requires if issubclass(component, Kind))]
        return kinds[0].allowance if kinds else None


_resources: dict[type, Resource[..., Any]] = {}


def resource(function: Callable[P, R]) -> Resource[P, R]:
    """Make a function the builder of its return type; systems ask for it by annotation."""
    made = Resource(function)
    product = made.hints.get("return")
    if not isinstance(product, type) or issubclass(product, Component):
        raise TypeError(f"{made.label}: a resource must return a class that is no component")
    _resources[product] = made
    return made


def system(
    *,
    version: int,
    on: type[Component] | tuple[type[Kind], ...] | None = None,
    on_demand: bool = False,
) -> Callable[[Callable[P, R]], System[P, R]]:
    """Make a function a system; its annotations say what it needs and what it makes.

    A parameter annotated with a component asks for that component, `tuple[C, ...]` for all of a kind
    of which there may be many, `Content` for the bytes, `DerivedStore` for a place to put derived
    bytes, and the return type of a `@resource` for that resource. `on` asks for one more component
    without passing it, or for any of several kinds, of which an entity never is two. Raise `version`
    whenever the results change. A system `on_demand` runs only on what it is named for; what it made is
    taken back, and not made anew, once that is out of date.
    """

    def decorate(function: Callable[P, R]) -> System[P, R]:
        return System(function, version=version, on=on, on_demand=on_demand)

    return decorate


def as_components(result: object) -> list[Component]:
    """Return what a system returned as a flat list; None and empty mean it found nothing."""
    if result is None:
        return []
    if isinstance(result, Component):
        return [result]
    if isinstance(result, Iterable):
        return [component for item in result for component in as_components(item)]
    raise TypeError(f"a system must return components, not {type(result).__name__}")


def _group(module: str) -> str:
    """Return the first half of a system's name: the media kind's folder, or the plugin's package."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["dam", "models"] and len(parts) > 2 else parts[0]


def _parameter(owner: str, name: str, hints: dict[str, Any]) -> Parameter:
    if name not in hints:
        raise TypeError(f"{owner}: parameter {name} has no annotation")
    wanted = hints[name]
    if wanted is Content or wanted is DerivedStore:
        return Parameter(name, special=wanted)
    if get_origin(wanted) is tuple and len(get_args(wanted)) == 2 and get_args(wanted)[1] is Ellipsis:
        return Parameter(name, component=_component(owner, name, get_args(wanted)[0]), every=True)
    if isinstance(wanted, type) and issubclass(wanted, Component):
        if not is_single(wanted):
            raise TypeError(f"{owner}: an entity may have many {wanted.__name__}: ask for tuple[..., ...]")
        return Parameter(name, component=wanted)
    if wanted in _resources:
        return Parameter(name, resource=_resources[wanted])
    if get_origin(wanted) in (Union, UnionType):
        raise TypeError(f"{owner}: parameter {name} may not be optional: require, never forbid")
    raise TypeError(f"{owner}: parameter {name}: {wanted} is no component and no resource makes it")


def _component(owner: str, name: str, wanted: Any) -> type[Component]:
    if isinstance(wanted, type) and issubclass(wanted, Component):
        return wanted
    raise TypeError(f"{owner}: parameter {name}: {wanted} is no component")


def _components_in(annotation: Any, owner: str) -> list[type[Component]]:
    if isinstance(annotation, type) and issubclass(annotation, Component):
        return [annotation]
    if annotation is None or annotation is NoneType or annotation is Ellipsis:
        return []
    arguments = get_args(annotation)
    if not arguments:
        raise TypeError(f"{owner}: a system returns components, not {annotation}")
    return [component for argument in arguments for component in _components_in(argument, owner)]
