"""The ways in which adding a path can end."""

from enum import StrEnum


class AddStatus(StrEnum):
    """The five ways a path can end; every path ends in exactly one."""

    NEW = "new"
    DUPLICATE = "duplicate"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
