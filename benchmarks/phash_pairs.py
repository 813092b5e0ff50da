"""What comparing pHashes alone would find: every pair within a distance."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.labelled_pictures import LabelledPicture
from benchmarks.program import BenchLibrary
from benchmarks.synthetic import open_library
from dam.core.batched import batched
from dam.core.query import query
from dam.models.image.image_phash_component import ImagePHashComponent

RADIUS = 10


class PHashPairs:
    """The pHashes of files."""

    def __init__(self, hashes: Mapping[Path, int]) -> None:
        self._hashes = hashes

    @classmethod
    def read(cls, library: BenchLibrary) -> "PHashPairs":
        """Take them from a library, by the places of its files."""
        hashes: dict[Path, int] = {}
        with open_library(library) as opened:
            with opened.world(write=False) as world:
                found = {row.entity_id: row.value for _, row in world.rows(query(ImagePHashComponent))}
            for some in batched(sorted(found)):
                for asset in opened.assets(some):
                    paths = (Path(os.fsdecode(place.path)) for place in asset.locations)
                    hashes.update(dict.fromkeys(paths, found[asset.entity]))
        return cls(hashes)

    def together(self, one: Path, other: Path) -> bool:
        """Tell whether two files are within the distance."""
        if one not in self._hashes or other not in self._hashes:
            return False
        return (self._hashes[one] ^ self._hashes[other]).bit_count() <= RADIUS

    def pairs(self, pictures: Iterable[LabelledPicture]) -> Iterator[tuple[LabelledPicture, LabelledPicture]]:
        """Yield all pairs of these pictures that are within the distance."""
        hashed = [picture for picture in pictures if picture.path in self._hashes]
        hashes = np.array([self._hashes[picture.path] for picture in hashed], dtype=np.uint64)
        for number, picture in enumerate(hashed):
            apart = np.bitwise_count(hashes[number] ^ hashes[number + 1 :])
            for other in np.flatnonzero(apart <= RADIUS).tolist():
                yield picture, hashed[number + 1 + other]
