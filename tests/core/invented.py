"""A small world to prove the core with: invented kinds, components, systems and contents."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Base, Component, Kind
from dam.core.content import Content
from dam.core.registry import Registry
from dam.core.system import System, Unavailable, resource


class NumberComponent(Component):
    """Authored; at most one."""

    value: Mapped[int]


class LabelComponent(Component):
    """Authored; many."""

    label: Mapped[str] = mapped_column(primary_key=True)


class CapitalKind(Kind):
    """Content that starts with a capital letter."""

    __tablename__ = "capital"

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        return "text/capital" if head[:1].isupper() else None


class DigitKind(Kind):
    """Content that starts with a digit, or that is called a number by one of its names."""

    __tablename__ = "digit"

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        return "text/digit" if head[:1].isdigit() or "num" in extensions else None


class DoubleComponent(Component):
    value: Mapped[int]


class SmallComponent(Component):
    """There for small doubles only."""

    value: Mapped[int]


class DivisorComponent(Component):
    divisor: Mapped[int] = mapped_column(primary_key=True)


class SummaryComponent(Component):
    text: Mapped[str]


class LengthComponent(Component):
    value: Mapped[int]


class LetterComponent(Component):
    letter: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class CostlyComponent(Component):
    """Made on demand only."""

    value: Mapped[int]


class SeedComponent(Component):
    """Made on demand only, of what is made on demand."""

    value: Mapped[int]


class SproutComponent(Component):
    """Made by itself, of what is made on demand."""

    value: Mapped[int]


INVENTED: tuple[type[Component], ...] = (
    NumberComponent,
    LabelComponent,
    CapitalKind,
    DigitKind,
    DoubleComponent,
    SmallComponent,
    DivisorComponent,
    SummaryComponent,
    LengthComponent,
    LetterComponent,
    CostlyComponent,
    SeedComponent,
    SproutComponent,
)
AUTHORED: tuple[type[Component], ...] = (NumberComponent, LabelComponent)


class Text:
    """A resource: the content as text."""

    def __init__(self, text: str) -> None:
        self.text = text


@resource
def text(content: Content) -> Text:
    with content.open() as file:
        return Text(file.read().decode())


def create_tables(engine: Engine) -> None:
    Base.metadata.create_all(engine, tables=[component.__table__ for component in INVENTED])  # type: ignore[misc]


def _double(shift: int) -> Callable[..., DoubleComponent]:
    def double(number: NumberComponent) -> DoubleComponent:
        # Every second version says the same as the one before: a case for cutting off early.
        return DoubleComponent(value=2 * number.value + shift // 2)

    return double


def _small(shift: int) -> Callable[..., SmallComponent | None]:
    def small(double: DoubleComponent) -> SmallComponent | None:
        return SmallComponent(value=shift) if double.value < 10 else None

    return small


def _divide(shift: int) -> Callable[..., list[DivisorComponent]]:
    def divide(double: DoubleComponent) -> list[DivisorComponent]:
        if double.value % 7 == shift:
            raise ValueError(f"{double.value} is unlucky")
        return [DivisorComponent(divisor=d) for d in range(1, 12) if double.value % d == 0]

    return divide


def _summarise(shift: int) -> Callable[..., SummaryComponent]:
    def summarise(
        divisors: tuple[DivisorComponent, ...], labels: tuple[LabelComponent, ...]
    ) -> SummaryComponent:
        return SummaryComponent(
            text=f"{shift // 2} {sorted(d.divisor for d in divisors)} {sorted(x.label for x in labels)}"
        )

    return summarise


def _measure(shift: int) -> Callable[..., LengthComponent]:
    def measure(content: Content, small: SmallComponent) -> LengthComponent:
        return LengthComponent(value=content.size + shift // 3)

    return measure


def _count(shift: int) -> Callable[..., list[LetterComponent]]:
    def count(text: Text) -> list[LetterComponent]:
        if shift == 1 and "x" in text.text:
            raise Unavailable("no_such_module", extra="letters")
        return [LetterComponent(letter=c, count=text.text.count(c)) for c in set(text.text)]

    return count


def _costly(shift: int) -> Callable[..., CostlyComponent | None]:
    def costly(content: Content, double: DoubleComponent) -> CostlyComponent | None:
        if double.value == 8:
            raise ValueError("8 costs too much")
        return CostlyComponent(value=content.size + double.value + shift // 2) if content.size else None

    return costly


def _seed(shift: int) -> Callable[..., SeedComponent]:
    def seed(costly: CostlyComponent, number: NumberComponent) -> SeedComponent:
        return SeedComponent(value=costly.value + number.value + shift)

    return seed


def _sprout(shift: int) -> Callable[..., SproutComponent]:
    def sprout(seed: SeedComponent) -> SproutComponent:
        return SproutComponent(value=seed.value + shift)

    return sprout


MAKERS: Mapping[str, tuple[Callable[[int], Callable[..., Any]], type[Component] | None]] = {
    "t.double": (_double, None),
    "t.small": (_small, None),
    "t.divide": (_divide, None),
    "t.summarise": (_summarise, None),
    "t.measure": (_measure, None),
    "t.count": (_count, CapitalKind),
    "t.costly": (_costly, None),
    "t.seed": (_seed, None),
    "t.sprout": (_sprout, None),
}
"""How to make each system at a given version, and the kind it runs on."""

ON_DEMAND = ("t.costly", "t.seed")
"""Those that run only where they are named, makers before needers."""


def registry(
    versions: Mapping[str, int], kinds: tuple[type[Kind], ...] = (CapitalKind, DigitKind)
) -> Registry:
    """Return a registry of these systems at these versions; names left out are not installed."""
    systems = []
    for name, version in versions.items():
        make, on = MAKERS[name]
        if on is not None and on not in kinds:
            continue  # Its module could not even be imported.
        made = System(make(version - 1), version=version, on=on, on_demand=name in ON_DEMAND, name=name)
        systems.append(made)
    return Registry.of([*AUTHORED, *kinds, *(c for c in INVENTED if not issubclass(c, Kind))], systems)
