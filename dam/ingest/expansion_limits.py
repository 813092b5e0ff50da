"""What expanding an archive may come to."""

from dataclasses import dataclass

from dam.core.config import Settings
from dam.ingest.unpack import Room
from dam.models.archive.archive_expansion_component import TOO_DEEP

_ALWAYS = 64 << 20
"""Bytes up to which the ratio does not matter: an empty table or a white page shrinks to next to nothing."""


@dataclass(frozen=True)
class ExpansionLimits:
    """Limits on everything in one file, however deep archives lie in archives there."""

    depth: int
    members: int
    size: int
    """In bytes."""
    ratio: int

    @classmethod
    def of(cls, settings: Settings) -> "ExpansionLimits":
        """Return those of the settings."""
        return cls(
            settings.archive_depth,
            settings.archive_members,
            settings.archive_size << 20,
            settings.archive_ratio,
        )

    def too_deep(self, depth: int) -> str:
        """Return what is said of an archive that lies too deep in others."""
        return f"{TOO_DEEP} {depth} deep, and DAM_ARCHIVE_DEPTH is {self.depth}"

    def room(self, outermost_size: int, members: int, unpacked: int) -> Room:
        """Return what is left for an archive when so much was taken out of the outermost one already."""
        allowed = max(_ALWAYS, self.ratio * outermost_size)
        too_large = f"more than {self.ratio} times its own size: DAM_ARCHIVE_RATIO"
        if self.size <= allowed:
            allowed, too_large = self.size, f"more than {self.size >> 20} MiB: DAM_ARCHIVE_SIZE"
        return Room(
            max(0, self.members - members),
            max(0, allowed - unpacked),
            too_many=f"more than {self.members} members: DAM_ARCHIVE_MEMBERS",
            too_large=too_large,
        )
