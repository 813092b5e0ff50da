"""A picture to search by."""

import os
from pathlib import Path

from benchmarks.camera_set import SHAPES, make_pictures
from benchmarks.workshop import Workshop
from dam.library import Library

_TRIED = 20


def make_query(workshop: Workshop, library: Library) -> Path:
    """Return a picture by all of whose hashes is searched: for a flat one nothing would be read."""
    pictures = workshop.new("query")
    make_pictures(pictures, SHAPES["0.3 MP JPEG"], _TRIED)
    return next(
        path for path in sorted(pictures.rglob("*.jpg")) if not library.similar(os.fsencode(path)).unusable
    )
