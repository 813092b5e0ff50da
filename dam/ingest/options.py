"""How files are added."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AddOptions:
    """What a run of adding does beyond the usual."""

    recursive: bool = False
    """Add what is in folders; otherwise a folder is a failure."""
    follow_links: bool = False
    """Follow symbolic links that the walk meets, each folder at most once on the way down."""
    ignore: bool = True
    """Heed `.damignore` files."""
    copy: bool = True
    """Copy the bytes into the store; otherwise register them where they are."""
    move: bool = False
    """Delete each file once its copy in the store was read back and verified, and its row committed."""
    copy_members: bool = False
    """Copy what is in archives into the store as well, file by file."""
    rehash: bool = False
    """Read every file, also those that look unchanged."""
    stop_on_error: bool = False
    """Stop at the first file that cannot be added."""
    dry_run: bool = False
    """Write nothing."""

    @property
    def reads_everything(self) -> bool:
        """Tell whether no file may pass for unchanged without being read."""
        # What is to be deleted has to be read: that it looks unchanged is not enough.
        return self.rehash or self.move
