"""Members that this process has just read and hashed, kept for the visits that may follow."""

from dam.services.spool import Spool


class HeldMembers:
    """Members by SHA-256."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Spool] = {}
        self.size = 0
        """Bytes of all of them."""

    def keep(self, sha256: bytes, spool: Spool) -> None:
        """Keep a member, which belongs to this object from now on."""
        if old := self.take(sha256):
            old.close()
        self._kept[sha256] = spool
        self.size += spool.size

    def take(self, sha256: bytes) -> Spool | None:
        """Return a member, to be closed by the caller; None if it is not here."""
        spool = self._kept.pop(sha256, None)
        if spool is not None:
            self.size -= spool.size
        return spool

    def clear(self) -> None:
        """Keep nothing any longer."""
        for spool in self._kept.values():
            spool.close()
        self._kept.clear()
        self.size = 0


HELD = HeldMembers()
"""Those of this process."""
