"""The store's real protocol on a simulated disk, and what must be true of whatever a power cut leaves.

A file is acknowledged when its row is durable, which here is one moment: the database keeps that promise
itself. From then on its object must be there in every state. What is damaged to begin with may be
quarantined, but its name must always lead to something, and its bytes must not go before better ones came.
"""

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from dam.errors import StoreError
from dam.services.file_storage import Staged
from dam.services.stores.local_store import LocalStore
from dam.services.stores.marker import MARKER, marker_bytes
from tests.durability.power_loss_disk import FILE, FOLDER, SimulatedDisk
from tests.durability.power_loss_states import PowerCut, State
from tests.durability.power_loss_system import SimulatedSystem

REPEATED = 0.004
ROOT, UUID = "/disks/store", "u"
OBJECTS, QUARANTINE = f"{ROOT}/objects", f"{ROOT}/quarantine"
DAMAGED_SHORT, DAMAGED_INSIDE, DUPLICATE = b"damaged: cut short", b"damaged: bits flipped", b"there already"
BROKEN = {DAMAGED_SHORT: b"damaged:", DAMAGED_INSIDE: b"damaged: bits flippeD"}


@cache
def object_path(data: bytes) -> str:
    name = hashlib.sha256(data).hexdigest()
    return f"{OBJECTS}/{name[:2]}/{name[2:4]}/{name}"


@dataclass(frozen=True)
class Scenario:
    """What is added, in which groups, on what kind of disk."""

    name: str
    groups: Sequence[Sequence[bytes]]
    has_syncfs: bool = True
    has_hard_links: bool = True
    stage_ahead: bool = False
    """Stage everything before the first group is published, as a pipeline does."""

    @property
    def contents(self) -> list[bytes]:
        return [data for group in self.groups for data in group]

    def disk(self) -> SimulatedDisk:
        """Return a disk with a store: a good object, two damaged ones, and what a dead writer left."""
        disk = SimulatedDisk(has_syncfs=self.has_syncfs, has_hard_links=self.has_hard_links)
        for name in ("objects", "derived", "quarantine", "tmp"):
            disk.make_folders(f"{ROOT}/{name}")
        disk.put(f"{ROOT}/{MARKER}", marker_bytes(UUID))
        disk.put(object_path(DUPLICATE), DUPLICATE)
        for data, broken in BROKEN.items():
            disk.put(object_path(data), broken)
        disk.put(f"{ROOT}/tmp/{'0' * 32}/{'1' * 32}", b"half of some")
        disk.sync()
        return disk


def distinct(first: int, count: int) -> list[bytes]:
    return [b"content number %d" % number for number in range(first, first + count)]


FEW = Scenario(
    "a small group", [[*distinct(0, 2), DUPLICATE, DAMAGED_INSIDE, *distinct(1, 1)], [DAMAGED_SHORT]]
)
MANY = Scenario(
    "large groups",
    [[*distinct(0, 8), DUPLICATE, DAMAGED_SHORT, *distinct(4, 1)], [DAMAGED_INSIDE, *distinct(7, 8)]],
    stage_ahead=True,
)
SCENARIOS = [
    FEW,
    MANY,
    Scenario("a large group without syncfs", MANY.groups[:1], has_syncfs=False),
    Scenario("a small group without hard links", FEW.groups, has_hard_links=False),
    Scenario("a large group without hard links", MANY.groups[:1], has_hard_links=False),
]


class Process:
    """A process that adds files. Another one stages every second file for it."""

    def __init__(self, disk: SimulatedDisk) -> None:
        self.system = SimulatedSystem(disk)
        self.store = LocalStore(ROOT, UUID, files=self.system)
        _, arguments = self.store.__reduce__()
        assert isinstance(arguments, tuple)
        writer = arguments[2] if len(arguments) > 2 else None
        self.worker = LocalStore(ROOT, UUID, writer, SimulatedSystem(disk))

    def stage(self, group: Sequence[bytes]) -> list[Staged]:
        stores = (self.store, self.worker)
        return [
            stores[index % 2].stage([data[: len(data) // 2], data[len(data) // 2 :]])
            for index, data in enumerate(group)
        ]

    def add(self, scenario: Scenario, acknowledge: Callable[[bytes], None]) -> None:
        """Add everything; acknowledge what is durable; go on after a group that failed."""
        with suppress(StoreError):
            self.store.sweep()
            ahead = [self.stage(group) for group in scenario.groups] if scenario.stage_ahead else []
            for index, group in enumerate(scenario.groups):
                with suppress(StoreError):
                    staged = ahead[index] if ahead else self.stage(group)
                    self.publish(group, staged, acknowledge)
                    self.store.discard(staged)

    def publish(
        self, group: Sequence[bytes], staged: Sequence[Staged], acknowledge: Callable[[bytes], None]
    ) -> None:
        """Publish and then commit the rows, which acknowledges."""
        self.store.publish(staged)
        for data in group:
            acknowledge(data)


@dataclass
class Explorer:
    """Tries power cuts while a scenario runs, and collects the laws that are broken afterwards."""

    scenario: Scenario
    most: int
    """How many states to look at where there are more."""
    disk: SimulatedDisk = field(init=False)
    chance: random.Random = field(init=False)
    claimed: set[bytes] = field(default_factory=lambda: {DUPLICATE})
    broken: list[str] = field(default_factory=list)
    explored: int = 0
    """How many states were looked at."""
    repeated: int = 0
    """After how many of them everything was added again."""
    exhaustive: int = 0
    """At how many moments all states were looked at."""
    moments: int = 0

    def __post_init__(self) -> None:
        self.disk = self.scenario.disk()
        self.chance = random.Random(f"{self.scenario.name} {self.most}")

    def run(self) -> None:
        """Add everything on this disk."""
        Process(self.disk).add(self.scenario, self.claimed.add)

    def explore(self, call: str) -> None:
        """Look at what a power cut at this moment leaves, and go on from some of it."""
        self.moments += 1
        cut = PowerCut(self.disk)
        self.exhaustive += cut.count <= self.most
        for number, state in enumerate(cut.states(self.most, self.chance)):
            self.explored += 1
            found = list(self.laws_broken_by(state))
            # Nothing left, and now and then another one; all that is odd.
            if not found and (number == 0 or self.chance.random() < REPEATED or self._is_torn(state)):
                found = list(self.laws_broken_after(state))
            if found:
                self.broken.append(f"{self.scenario.name}: power cut at {call}: {'; '.join(found)}")
                return

    def laws_broken_by(self, state: State) -> Iterator[str]:
        for data in self.claimed:
            content = state.read(object_path(data))
            if content != (data, 0o444):
                yield f"{data!r} is acknowledged and there is {content}"
        for data, broken in BROKEN.items():
            content = state.read(object_path(data))
            if content is None and self.scenario.has_hard_links:
                yield f"the name of {data!r} leads nowhere while it is healed"
            elif (
                # Without hard links they are moved, and what a move is worth is for that disk to say.
                self.scenario.has_hard_links
                and content is not None
                and content[0] != broken
                and broken not in _quarantined(state)
            ):
                yield f"the damaged bytes of {data!r} are neither in their place nor in quarantine"

    def _is_torn(self, state: State) -> bool:
        """Tell whether some object that nobody claims is not what its name says."""
        return any(
            state.read(object_path(data)) not in (None, (data, 0o444))
            for data in self.scenario.contents
            if data not in self.claimed and data not in BROKEN
        )

    def laws_broken_after(self, state: State) -> Iterator[str]:
        """Boot what was left, add everything again, and compare with a run that nobody disturbed."""
        self.repeated += 1
        disk = state.boot()
        acknowledged: set[bytes] = set()
        Process(disk).add(self.scenario, acknowledged.add)
        if acknowledged != set(self.scenario.contents):
            yield f"adding again does not complete: {set(self.scenario.contents) - acknowledged}"
        # What is on the disk, all else being lost.
        after = oldest(disk)
        for data in acknowledged:
            if after.read(object_path(data)) != (data, 0o444):
                yield f"{data!r} was added again and is not there"
        names = {
            path: node for path, node in disk.walk() if node.kind == FILE or path.startswith(f"{ROOT}/tmp/")
        }
        left = [path for path in names if path.startswith(f"{ROOT}/tmp/")]
        strangers = {path for path in names if path.startswith(OBJECTS)} - set(
            map(object_path, {DUPLICATE, *BROKEN, *acknowledged})
        )
        if left or strangers:
            yield f"adding again leaves {left} {strangers}"


def oldest(disk: SimulatedDisk) -> State:
    """Return what is left if nothing gets onto the disk any more."""
    cut = PowerCut(disk)
    return State(
        disk,
        {place: options[0] for place, options in cut.names.items()},
        {node: options[0] for node, options in cut.contents.items()},
    )


def _quarantined(state: State) -> set[bytes]:
    folder = state.find(QUARANTINE)
    assert folder is not None
    assert folder.kind == FOLDER
    return {state.content(node)[0] for _, node in state.children(folder)}


def undisturbed(scenario: Scenario, most: int) -> Iterator[Explorer]:
    """Cut the power at every step of a run."""
    explorer = Explorer(scenario, most)
    explorer.disk.step = explorer.explore
    explorer.run()
    explorer.explore("the end")
    yield explorer


def disturbed(
    scenario: Scenario, most: int, disturb: Callable[[Explorer], None], every: int = 1
) -> Iterator[Explorer]:
    """For every step of a run, let something happen there, and cut the power then and at the end."""
    for moment in range(0, _steps(scenario), every):
        explorer = Explorer(scenario, most)
        calls = iter(range(1 << 60))

        def step(
            call: str, explorer: Explorer = explorer, moment: int = moment, calls: Iterator[int] = calls
        ) -> None:
            if next(calls) == moment:
                explorer.disk.step = lambda call: None
                disturb(explorer)
                explorer.explore(f"{call}, step {moment}")
                explorer.disk.step = step

        explorer.disk.step = step
        explorer.run()
        explorer.disk.step = lambda call: None
        explorer.explore(f"the end, disturbed at step {moment}")
        if not explorer.disk.read_only:
            explorer.run()
            explorer.explore(f"the end of the next run, disturbed at step {moment}")
        yield explorer


def _steps(scenario: Scenario) -> int:
    explorer = Explorer(scenario, 0)
    calls: list[str] = []
    explorer.disk.step = calls.append
    explorer.run()
    return len(calls)


def another_process_adds_the_same(explorer: Explorer) -> None:
    """Come in between with all of it, and be acknowledged."""
    explorer.run()


def writing_fails(explorer: Explorer) -> None:
    """Lose what is not on the disk yet."""
    explorer.disk.lose()


def writing_fails_and_others_are_told(explorer: Explorer) -> None:
    """Lose what is not on the disk yet, of which another program hears first."""
    explorer.disk.lose(told_to_others=True)


def writing_names_fails(explorer: Explorer) -> None:
    """End in a file system that takes nothing any more."""
    explorer.disk.fail_for_good()


DISTURBANCES = [
    another_process_adds_the_same,
    writing_fails,
    writing_fails_and_others_are_told,
    writing_names_fails,
]
