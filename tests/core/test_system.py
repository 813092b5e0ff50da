"""Signatures are the schedule, so a signature that cannot be one is refused at once."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.content import Content
from dam.core.ledger import Outcome
from dam.core.recognition import FileExtensionComponent, extension_of
from dam.core.registry import Registry
from dam.core.system import System, resource
from dam.core.visit import Rows, Task, visit
from dam.errors import UsageError
from dam.services.sources import HeldSource
from tests.core.invented import (
    CapitalKind,
    DigitKind,
    DivisorComponent,
    DoubleComponent,
    NumberComponent,
    registry,
)


def unannotated(number) -> DoubleComponent:  # type: ignore[no-untyped-def]
    return DoubleComponent(value=number)


def optional(number: NumberComponent | None) -> DoubleComponent:
    return DoubleComponent(value=1)


def one_of_many(divisor: DivisorComponent) -> DoubleComponent:
    return DoubleComponent(value=1)


def stranger(number: int) -> DoubleComponent:
    return DoubleComponent(value=number)


def silent(number: NumberComponent):  # type: ignore[no-untyped-def]
    return None


def makes_nothing(number: NumberComponent) -> None:
    return None


def makes_text(number: NumberComponent) -> str:
    return ""


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (unannotated, "has no annotation"),
        (optional, "may not be optional"),
        (one_of_many, "may have many"),
        (stranger, "is no component and no resource makes it"),
        (silent, "must say in its return annotation"),
        (makes_nothing, "must return components"),
        (makes_text, "returns components, not"),
    ],
)
def test_a_signature_that_is_no_schedule_is_refused(function: Any, reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        System(function, version=1)


def test_a_version_below_one_is_refused() -> None:
    def fine(number: NumberComponent) -> DoubleComponent:
        return DoubleComponent(value=1)

    with pytest.raises(TypeError, match="starts at 1"):
        System(fine, version=0)


def test_a_resource_must_be_no_component() -> None:
    def wrong(content: Content) -> DoubleComponent:
        return DoubleComponent(value=1)

    with pytest.raises(TypeError, match="must return a class that is no component"):
        resource(wrong)


def test_a_system_on_a_kind_needs_it_without_being_given_it() -> None:
    (count,) = (s for s in registry({"t.count": 1}).systems if s.name == "t.count")

    assert count.requires == {CapitalKind}
    assert count.needs_content


def test_a_system_on_several_kinds_needs_any_one_of_them() -> None:
    def describe(content: Content) -> DoubleComponent:
        return DoubleComponent(value=content.size)

    either = System(describe, version=1, on=(CapitalKind, DigitKind))

    def outcomes(data: bytes) -> dict[str, Outcome]:
        present = Registry.of((CapitalKind, DigitKind, DoubleComponent), (either,))
        names: Rows = {FileExtensionComponent: [{"extension": ""}]}
        runs = visit(Task(1, present.systems, names, source=HeldSource(data))).runs
        return {run.system: run.outcome for run in runs if run.system == either.name}

    assert either.inputs == {CapitalKind, DigitKind}
    assert either.requires == set()
    assert outcomes(b"A") == outcomes(b"1") == {either.name: Outcome.DONE}
    assert outcomes(b"-") == {}


def test_installing_a_kind_raises_the_version_of_recognition() -> None:
    with_both, with_one = registry({}), registry({}, kinds=(CapitalKind,))

    assert with_both.systems[0].version != with_one.systems[0].version


@pytest.mark.parametrize("word", ["Divisor", "divisor", "DivisorComponent"])
def test_components_are_found_by_the_word_people_say(word: str) -> None:
    assert registry({}).component(word) is DivisorComponent


def test_an_unknown_component_or_system_is_refused_with_the_likeliest_names() -> None:
    present = registry({"t.double": 1})

    with pytest.raises(UsageError, match="unknown component: Divisr") as component:
        present.component("Divisr")
    with pytest.raises(UsageError, match=re.escape("unknown system: t.doubl")) as system:
        present.system("t.doubl")
    assert component.value.hint == "did you mean Divisor?"
    assert system.value.hint == "did you mean t.double?"


def test_an_empty_registry_still_recognises() -> None:
    assert [system.name for system in Registry.of([], []).systems] == ["kind.recognise"]


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        (b"a.JPG", "jpg"),
        (b"archive.tar.gz", "gz"),
        (b"noextension", ""),
        (b".hidden", "hidden"),
        (b"dot.", ""),
        (b"caf\xe9.\xe9", ""),
        (b"a.this-is-no-extension", ""),
    ],
)
def test_extensions_are_what_a_format_could_be_called(name: bytes, extension: str) -> None:
    assert extension_of(name) == extension


@given(st.binary(max_size=255))
def test_every_name_has_an_extension_that_any_database_holds(name: bytes) -> None:
    extension = extension_of(name)

    assert extension == "" or (extension.isascii() and extension.isalnum() and len(extension) <= 16)
