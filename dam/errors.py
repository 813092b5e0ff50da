"""Every error that dam raises on purpose, and the exit code that each one gives.

::

    DamError                    70  (never raised itself)
    |-- UsageError               2  the arguments make no sense
    |-- NothingFound             1  the question was fine, the answer is empty
    |-- SourceError              3  one input cannot be added; the others can
    |   |-- SourceChanged        3  the file changed each time it was read
    |   `-- SourceUnreachable    3  the file cannot be opened or read now
    |-- IntegrityError           4  damage was found
    |-- Busy                     5  somebody else holds the lock
    |-- NoSpace                  6  the disk is full
    |-- StoreError               7  the store failed: stop the group
    |-- DatabaseError            7  the database failed
    |   `-- NotWritable          7  the database can be read, and not be written to
    |-- WorkerError              7  no worker process can do its work
    |-- SchemaError              8  the schema is not this program's
    `-- NoLibrary                9  there is no library, database or store here
"""

from typing import ClassVar


class DamError(Exception):
    """An error with a message for the user: *what failed: which one: why*."""

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process, hint included."""
        return (_rebuild, (type(self), self.message, self.hint))


def _rebuild(cls: type[DamError], message: str, hint: str | None) -> DamError:
    return cls(message, hint=hint)


class UsageError(DamError):
    """The arguments make no sense."""

    exit_code = 2


class NothingFound(DamError):
    """The question was fine and the answer is empty."""

    exit_code = 1


class SourceError(DamError):
    """One input cannot be added; the others can."""

    exit_code = 3


class SourceChanged(SourceError):
    """The file changed each time it was read."""


class SourceUnreachable(SourceError):
    """The file cannot be opened or read now."""


class IntegrityError(DamError):
    """Damage was found: bytes or rows are not what they must be."""

    exit_code = 4


class Busy(DamError):
    """Somebody else holds the lock; trying again later may work."""

    exit_code = 5


class NoSpace(DamError):
    """The disk that holds the store or the database is full."""

    exit_code = 6


class StoreError(DamError):
    """The store failed, so the group being written must stop."""

    exit_code = 7


class DatabaseError(DamError):
    """The database failed."""

    exit_code = 7


class NotWritable(DatabaseError):
    """The database can be read, and not be written to."""


class WorkerError(DamError):
    """No worker process can do its work, whatever the file."""

    exit_code = 7


class SchemaError(DamError):
    """The database's schema is not the one this program works with."""

    exit_code = 8


class NoLibrary(DamError):
    """There is no library here: no database, no store, or not ours."""

    exit_code = 9
