"""A value that a database cannot hold is the failure of the system that made it, and of nothing else."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Document, Hash64, Timestamp, WallTime
from dam.core.component import Component
from dam.core.holdable import require_holdable
from dam.core.ledger import Outcome
from dam.core.system import System
from dam.core.visit import Task, visit
from tests.core.invented import NumberComponent

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class EveryTypeComponent(Component):
    small: Mapped[int] = mapped_column(SmallInteger, default=1)
    number: Mapped[int] = mapped_column(default=1)
    hash_: Mapped[int] = mapped_column(Hash64, default=1)
    ratio: Mapped[float] = mapped_column(default=1.0)
    flag: Mapped[bool] = mapped_column(default=True)
    text: Mapped[str] = mapped_column(default="")
    data: Mapped[bytes] = mapped_column(default=b"")
    seen: Mapped[dt.datetime] = mapped_column(Timestamp, default=NOW)
    shown: Mapped[dt.datetime] = mapped_column(WallTime, default=NOW.replace(tzinfo=None))
    record: Mapped[Any] = mapped_column(Document, default=1)
    note: Mapped[str | None] = mapped_column(default=None)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"small": -(2**15), "number": 2**31 - 1, "hash_": 2**64 - 1, "ratio": -0.0},
        {"record": {"a": [1, 0.5, None, True, "caf\u00e9", {"b": []}]}},
        {"text": "caf\u00e9 \U0001f4f7", "data": b"\0", "note": "there"},
    ],
)
def test_what_every_database_holds_passes(values: dict[str, Any]) -> None:
    require_holdable(EveryTypeComponent(**values))


@pytest.mark.parametrize(
    "values",
    [
        {"small": 2**15},
        {"number": 2**31},
        {"number": "7"},
        {"number": True},
        {"hash_": -1},
        {"hash_": 2**64},
        {"ratio": float("nan")},
        {"ratio": float("inf")},
        {"flag": 1},
        {"text": "nul \0"},
        {"text": "half \udc80"},
        {"text": b"bytes"},
        {"data": "text"},
        {"shown": NOW},
        {"record": {"a": "nul \0"}},
        {"record": {"half \udc80": 1}},
        {"record": [float("nan")]},
        {"record": {"a": b"bytes"}},
        {"record": {1: "a"}},
        {"seen": dt.datetime(2026, 1, 1)},  # noqa: DTZ001 - that is the fault
    ],
)
def test_what_some_database_refuses_is_refused(values: dict[str, Any]) -> None:
    (name,) = values
    with pytest.raises(ValueError, match=f"whose {name} cannot be stored"):
        require_holdable(EveryTypeComponent(**values))


def test_the_system_that_made_it_fails_and_says_so() -> None:
    def overflow(number: NumberComponent) -> EveryTypeComponent:
        return EveryTypeComponent(number=2**40)

    rows: Any = {NumberComponent: [{"value": 1}]}
    (run,) = visit(Task(1, (System(overflow, version=1),), rows)).runs

    assert run.outcome is Outcome.FAILED
    assert run.message == "made a EveryTypeComponent whose number cannot be stored: 1099511627776"
