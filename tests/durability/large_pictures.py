"""Many large pictures, quickly made."""

import os
from pathlib import Path

from dam.models.image.samples import encoded, photo

PICTURES = 48
_SIZE = (4000, 3000)


def write_large_pictures(folder: Path) -> Path:
    """Write pictures of 12 megapixels that are all the same but for a few bytes; return their folder."""
    folder.mkdir()
    data = encoded(photo(1, (400, 300)).resize(_SIZE))
    for number in range(PICTURES):
        path = folder / f"picture-{number:02}.jpg"
        path.write_bytes(data + b"%d" % number)
        os.utime(path, (1_000_000_000 + number,) * 2)
    return folder
