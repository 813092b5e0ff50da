"""Kills a migration before its changes, and sees that nothing is left.

Run as a program with the URL of a database. For k = 1, 2, ... a forked child migrates to the newest
schema and is killed before change k; after each the state is compared with the one before. The last
child is let live. With `some` for a second argument the steps grow by a quarter.
"""

import os
import signal
import sys

from sqlalchemy import Engine, event, inspect, text

from dam.migrations.upgrade import upgrade_database
from tests.migrations.schemas import connected, everything_in

READING = ("SELECT", "PRAGMA", "SHOW")


class Fuse:
    """Kills the process at the k-th change to the database; a commit counts as one."""

    def __init__(self, k: int) -> None:
        self.left = k
        event.listen(Engine, "before_cursor_execute", self.see)
        event.listen(Engine, "commit", self.burn)

    def see(self, connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().upper().startswith(READING):
            self.burn()

    def burn(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def migrate_until(url: str, k: int) -> bool:
    """Migrate in a child that dies at its k-th change; tell whether it lived to the end."""
    child = os.fork()
    if child == 0:
        try:
            Fuse(k)
            upgrade_database(url)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, "a change failed instead of being killed"
    return status == 0


def outline(url: str) -> tuple[object, ...]:
    """Return what any half of a migration would have changed; the whole is compared at the end."""
    with connected(url) as connection:
        tables = sorted(inspect(connection).get_table_names())
        counts = [connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() for table in tables]
        return tables, counts


def main(url: str, growth: int) -> int:
    """Return how many changes a migration makes, about: each step is longer by one part in `growth`."""
    whole, before = everything_in(url), outline(url)
    k, left = 1, whole
    while not migrate_until(url, k):
        assert outline(url) == before, f"killed at change {k}, it left something between"
        left = everything_in(url) if growth or k % 10 == 0 else left
        assert left == whole, f"killed at change {k}, it left something between"
        k += 1 + (k // growth if growth else 0)
    return k - 1


if __name__ == "__main__":
    print(main(sys.argv[1], 4 if sys.argv[2:] == ["some"] else 0))
