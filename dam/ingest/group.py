"""The group of files that is made durable, recorded and acknowledged together."""

import time
from dataclasses import dataclass, field

from dam.core.visit import Result
from dam.ingest.take import Reading

_FILES = 256
_BYTES = 256 << 20
_SECONDS = 0.5
"""What a crash costs is half of that on average, and what is on its way besides."""


@dataclass
class Group:
    """Files that were read, and what the first visits to their contents found."""

    readings: list[Reading] = field(default_factory=list)
    results: dict[bytes, Result] = field(default_factory=dict)
    """By SHA-256, of contents that were not known when they were read."""
    _bytes: int = 0
    _since: float = 0.0

    def add(self, reading: Reading) -> None:
        """Add a file, with the result of its visit if it brings one."""
        if not self.readings:
            self._since = time.monotonic()
        self.readings.append(reading)
        self._bytes += reading.digests.size
        if reading.result is not None:
            self.results.setdefault(reading.digests.sha256, reading.result)

    @property
    def is_due(self) -> bool:
        """Tell whether the group is large enough, or old enough, to be acknowledged."""
        return bool(self.readings) and (
            len(self.readings) >= _FILES or self._bytes >= _BYTES or self.seconds_left <= 0
        )

    @property
    def seconds_left(self) -> float:
        """Give the seconds for which it may still wait for more."""
        return _SECONDS - (time.monotonic() - self._since) if self.readings else _SECONDS
