"""What a relation may say; in a module of its own, since the command line's help needs no database."""

from enum import StrEnum


class RelationKind(StrEnum):
    """What somebody has decided about some assets."""

    DUPLICATE_OF = "duplicate-of"
    """The same thing as the target, which is enough to have; what is linked by these is the same too."""
    ALTERNATE_OF = "alternate-of"
    """Another version of the target, to be kept beside it: a crop, a raw file, an edit."""
    NOT_A_DUPLICATE = "not-a-duplicate"
    """No two of them are the same, however much they look alike."""
