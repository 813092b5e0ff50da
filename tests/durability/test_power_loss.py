"""Power cuts on a simulated disk: at every step of the store's protocol, whatever a disk may be left with.

The second half shows that this would notice: each seeded fault changes one step of the protocol, and must
break a law in some state.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import pytest

from dam.services.stores import durable_files
from tests.durability.power_loss_faults import FAULTS, Seed
from tests.durability.power_loss_scenarios import (
    DISTURBANCES,
    FEW,
    MANY,
    SCENARIOS,
    Explorer,
    Scenario,
    disturbed,
    undisturbed,
)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Syncing side by side would make each run another one."""
    monkeypatch.setattr(durable_files, "_MANY", sys.maxsize)


def assert_whole(
    explorers: Sequence[Explorer], least: int, record_property: Callable[[str, object], None]
) -> None:
    """No law was broken, and not for want of looking."""
    for what in ("explored", "moments", "exhaustive", "repeated"):
        count = sum(getattr(explorer, what) for explorer in explorers)
        record_property(what, count)
        print(f"{what}: {count}")
    assert [broken for explorer in explorers for broken in explorer.broken] == []
    assert sum(explorer.explored for explorer in explorers) >= least
    assert sum(explorer.repeated for explorer in explorers) >= len(explorers)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_whatever_a_power_cut_leaves_nothing_acknowledged_is_lost(
    scenario: Scenario, record_property: Callable[[str, object], None]
) -> None:
    assert_whole(list(undisturbed(scenario, 150)), 5_000, record_property)


@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=lambda disturbance: disturbance.__name__)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nor_when_something_happens_in_between(
    scenario: Scenario,
    disturbance: Callable[[Explorer], None],
    record_property: Callable[[str, object], None],
) -> None:
    assert_whole(list(disturbed(scenario, 10, disturbance, every=4)), 500, record_property)


@pytest.mark.deep
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nor_in_many_more_states(scenario: Scenario, record_property: Callable[[str, object], None]) -> None:
    assert_whole(list(undisturbed(scenario, 20_000)), 200_000, record_property)


@pytest.mark.deep
@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=lambda disturbance: disturbance.__name__)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nor_when_something_happens_at_any_step(
    scenario: Scenario,
    disturbance: Callable[[Explorer], None],
    record_property: Callable[[str, object], None],
) -> None:
    assert_whole(list(disturbed(scenario, 100, disturbance)), 10_000, record_property)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_seeded_fault_is_noticed(fault: Callable[[Seed], None], monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    broken = [law for explorer in looking_everywhere() for law in explorer.broken]
    assert broken, "the simulator has not noticed"
    print(broken[0])


def looking_everywhere() -> Iterator[Explorer]:
    """Yield explorers until one has found something."""
    runs = (undisturbed(scenario, 20) for scenario in (FEW, MANY))
    more = (
        disturbed(scenario, 5, disturbance, every=2)
        for scenario in (FEW, MANY)
        for disturbance in DISTURBANCES
    )
    for explorer in chain.from_iterable(chain(runs, more)):
        yield explorer
        if explorer.broken:
            return
