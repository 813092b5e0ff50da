"""A picture hashed as it is when it is turned and mirrored, inside a worker: no picture is trusted."""

from dataclasses import dataclass, replace
from typing import Self

from dam.core.content import Content, Source
from dam.core.job import Watch
from dam.core.system import Unavailable
from dam.errors import DamError, UsageError
from dam.models.image import ImageComponent
from dam.models.image.image_pdq_component import hash_pdq
from dam.models.image.perceptual_hashes_system import hash_perceptually
from dam.models.image.raster import Raster, raster
from dam.search.image_fingerprints import ImageFingerprints
from dam.search.orientation import Orientation

STEP = "hashing turned pictures"

Turned = dict[Orientation, ImageFingerprints]


@dataclass(frozen=True)
class TurnedImage:
    """The job of decoding a picture once and hashing it as it is when it is turned and mirrored."""

    number: int
    """Its place among the pictures of this run."""
    source: Source
    name: str
    """What it is called in messages."""
    barred: str | None = None

    @property
    def subject(self) -> str:
        """Give the name of the picture."""
        return self.name

    @property
    def cost(self) -> int:
        """Give the size of the content."""
        return self.source.size

    def without(self, step: str, reason: str) -> Self:
        """Return the job that fails for this reason: there is but one step."""
        return replace(self, barred=reason)

    def run(self, watch: Watch) -> Turned | DamError:
        """Return the fingerprints in each orientation but the upright one, or why there are none."""
        if self.barred is not None:
            return self._refused(self.barred)
        watch.allow(ImageComponent.allowance)
        watch.step(STEP)
        try:
            with self.source.content() as content:
                return _turned(content, watch)
        except DamError as error:
            return error
        except Unavailable as missing:
            return self._refused(f"needs {missing.message}")
        except MemoryError:
            return self._refused("out of memory")
        except Exception as error:  # noqa: BLE001 - any fault of one picture is that picture's answer
            return self._refused(" ".join(str(error).split()) or type(error).__name__)

    def _refused(self, reason: str) -> DamError:
        return UsageError(f"cannot compare: {self.name}: {reason}")


def _turned(content: Content, watch: Watch) -> Turned:
    decoded = raster(content)
    found: Turned = {}
    for orientation in Orientation:
        if orientation is not Orientation.UPRIGHT:
            watch.alive()
            found[orientation] = _hashed(decoded.turned(orientation.exif))
    return found


def _hashed(picture: Raster) -> ImageFingerprints:
    phash, ahash, dhash = hash_perceptually(picture)
    pdq = hash_pdq(picture)
    return ImageFingerprints(
        phash=phash.value,
        ahash=ahash.value,
        dhash=dhash.value,
        pdq=pdq.value,
        quality=pdq.quality,
        short_side=min(picture.displayed_size),
    )
