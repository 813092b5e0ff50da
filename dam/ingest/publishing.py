"""Making one group durable while the one before is recorded, and while workers are given more to do."""

from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from dam.ingest.group import Group
from dam.ingest.take import Reading
from dam.services.file_storage import Published, Staged, Store


@dataclass(frozen=True)
class Publication:
    """A group whose bytes are on their way into the store, or have arrived there."""

    group: Group
    readings: list[Reading]
    """Its files in the order they were found."""
    claimed: Collection[bytes]
    """The digests of those that the rows said to be in the store before."""
    _published: "Future[list[Published]]"

    @property
    def is_done(self) -> bool:
        """Tell whether the bytes are durable, or cannot be."""
        return self._published.done()

    def healed(self) -> set[bytes]:
        """Wait until the bytes are durable; return the digests of those that had been lost or damaged.

        Raises what publishing raised: then nothing of the group may be acknowledged.
        """
        return {
            one.digests.sha256
            for one in self._published.result()
            # What the rows claimed already and yet was not there had been lost.
            if one.healed or (one.created and one.digests.sha256 in self.claimed)
        }


class Publisher:
    """Publishes groups one after the other: in a thread, since that waits for the disk nearly all the time.

    Where files are read by this process alone, whoever publishes waits: one thing at a time.
    """

    def __init__(self, store: Store, *, waits: bool = False) -> None:
        self._store = store
        self._thread = None if waits else ThreadPoolExecutor(1, thread_name_prefix="publisher")

    def publish(self, group: Group, readings: list[Reading], claimed: Collection[bytes]) -> Publication:
        """Begin to publish a group once the one before is done."""
        publish = partial(self._store.publish, staged_of(readings))
        published = self._thread.submit(publish) if self._thread else _done(publish)
        return Publication(group, readings, claimed, published)

    def close(self) -> None:
        """Wait for the group that is being published."""
        if self._thread is not None:
            self._thread.shutdown(wait=True)


def _done(publish: Callable[[], list[Published]]) -> "Future[list[Published]]":
    """Publish now; what goes wrong is told when the group is to be recorded, after the one before."""
    future: Future[list[Published]] = Future()
    try:
        future.set_result(publish())
    except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the result
        future.set_exception(error)
    return future


def staged_of(readings: Collection[Reading]) -> list[Staged]:
    """Return what was staged of these files."""
    return [reading.staged for reading in readings if reading.staged]
