"""Similar pictures for processes that live long: the fingerprints stay in memory."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dam.core.component import Fingerprint
from dam.core.path_text import AnyPath
from dam.errors import DamError
from dam.library.similar import similar_to_each
from dam.search.comparison import Thresholds
from dam.search.resident_index import ResidentIndex
from dam.search.similar_images import SimilarImages

if TYPE_CHECKING:
    from dam.library.library import Library


class ResidentSimilarity:
    """Answers as `Library.similar` does, from memory: about 60 bytes a 64-bit hash, and more for PDQ.

    Each table is read when it is first searched, and what has come, changed or gone since is taken over
    before each answer. It is for one thread at a time, and as long as the library is open.
    """

    def __init__(self, library: "Library") -> None:
        self._library = library
        self._indexes: dict[type[Fingerprint], ResidentIndex] = {}

    def similar(
        self,
        image: AnyPath | int,
        thresholds: Thresholds | None = None,
        *,
        limit: int | None = None,
        rotated: bool = False,
    ) -> SimilarImages:
        """Return the images that resemble one, best first, and raise what `Library.similar` does."""
        (found,) = self.similar_to_each([image], thresholds, limit=limit, rotated=rotated)
        if isinstance(found, DamError):
            raise found
        return found

    def similar_to_each(
        self,
        images: Sequence[AnyPath | int],
        thresholds: Thresholds | None = None,
        *,
        limit: int | None = None,
        rotated: bool = False,
    ) -> list[SimilarImages | DamError]:
        """Return for each image what `similar` does, or the error."""
        return similar_to_each(self._library, images, thresholds or Thresholds(), limit, rotated, self._index)

    def _index(self, session: Session, fingerprint: type[Fingerprint]) -> ResidentIndex:
        index = self._indexes.setdefault(fingerprint, ResidentIndex(fingerprint))
        index.refresh(session)
        return index
