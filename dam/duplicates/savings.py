"""What would be free if the best file of each group were its only one."""

from dam.duplicates.group import Likeness
from dam.models.asset import Asset


def saved_with(likeness: str, asset: Asset, *, is_best: bool) -> int:
    """Return the bytes that an asset of a group takes beside the group's best file.

    Copies in the store do not count, nor does what is inside of archives, and hard links to one file take no
    room. What is summed up over all classes counts nothing twice.
    """
    if likeness is Likeness.BYTES:
        files = {(place.row.inode, place.row.mtime_ns) for place in asset.open_locations}
        return max(len(files) - 1, 0) * (asset.size or 0)
    return 0 if is_best or not asset.open_locations else asset.size or 0
