"""Kills a migration before each of its statements, and says what every attempt left behind.

Run as a program with the URL of a database. For k = 1, 2, ... a forked child migrates to the newest
schema and is killed before statement k, the end of the transaction being the last one but one; after
each the state is compared with the one before. The last child is not killed.
"""

import os
import signal
import sys

from sqlalchemy import Engine, event

from dam.migrations.upgrade import upgrade_database
from tests.migrations.schemas import everything_in


class Fuse:
    """Kills the process at the k-th thing that is done to the database."""

    def __init__(self, k: int) -> None:
        self.left = k
        for name in ("before_cursor_execute", "commit"):
            event.listen(Engine, name, self.burn)

    def burn(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def migrate_until(url: str, k: int) -> bool:
    """Migrate in a child that dies at its k-th step; tell whether it lived to the end."""
    child = os.fork()
    if child == 0:
        Fuse(k)
        upgrade_database(url)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, "a step failed instead of being killed"
    return status == 0


def main(url: str) -> int:
    """Return how many steps a migration has."""
    before = everything_in(url)
    k = 1
    while not migrate_until(url, k):
        assert everything_in(url) == before, f"killed at step {k}, it left something between"
        k += 1
    return k - 1


if __name__ == "__main__":
    print(main(sys.argv[1]))
