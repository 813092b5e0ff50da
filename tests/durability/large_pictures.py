"""Many large pictures, quickly made."""

import os
import random
from pathlib import Path

from dam.models.image.samples import encoded, photo

PICTURES = 48
_SIZE = (4000, 3000)
_BYTES = 350_000
"""So large that only few travel to a worker together."""


def write_large_pictures(folder: Path) -> Path:
    """Write pictures of 12 megapixels that are all the same but for what follows the pixels."""
    folder.mkdir()
    data = encoded(photo(1, (400, 300)).resize(_SIZE), quality=40, progressive=True)
    for number in range(PICTURES):
        path = folder / f"picture-{number:02}.jpg"
        path.write_bytes(data + random.Random(number).randbytes(_BYTES - len(data)))
        os.utime(path, (1_000_000_000 + number,) * 2)
    return folder
