"""Greys of more than 8 bits in 8 bits. Pillow would clip them: whatever is above 255 becomes white."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_BAND = 1 << 20
"""How many pixels are converted at a time."""
_BITS_PER_SAMPLE = 258
_PHOTOMETRIC = 262
_WHITE_IS_ZERO = 0
_WHITES = (1.0, 255.0)


def is_deep(picture: "Image.Image") -> bool:
    """Tell whether a picture has one channel of more than 8 bits."""
    return picture.mode in ("I", "F") or picture.mode.startswith("I;16")


def in_eight_bits(picture: "Image.Image") -> "Image.Image":
    """Return a decoded deep picture in mode L.

    16-bit greys keep their upper 8 bits. Other numbers are taken for parts of 1 or of 255 if they can be,
    and else stretched from the least to the greatest there is; what is no number becomes black.
    """
    import numpy as np
    from PIL import Image

    width, height = picture.size
    tags: Any = getattr(picture, "tag_v2", {})
    is_whole = picture.mode.startswith("I;16") or (picture.format == "PPM" and picture.mode == "I")
    shift = max(max(tags.get(_BITS_PER_SAMPLE, (16,))) - 8, 0)
    low, high = (0.0, 0.0) if is_whole else _range(picture)
    levels = np.empty((height, width), dtype=np.uint8)
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        samples = _samples(picture, top, min(top + rows, height))
        band = np.minimum(samples >> shift, 255) if is_whole else _stretched(samples, low, high)
        levels[top : top + rows] = band
    if is_whole and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        np.subtract(255, levels, out=levels)
    return Image.fromarray(levels)


def _samples(picture: "Image.Image", top: int, bottom: int) -> "NDArray[Any]":
    import numpy as np

    return np.asarray(picture.crop((0, top, picture.width, bottom)))


def _range(picture: "Image.Image") -> tuple[float, float]:
    """Return what numbers are black and white."""
    import numpy as np

    rows = max(1, _BAND // picture.width)
    low, high = np.inf, -np.inf
    for top in range(0, picture.height, rows):
        samples = _samples(picture, top, min(top + rows, picture.height))
        finite = samples[np.isfinite(samples)]
        if len(finite):
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    usual = [white for white in _WHITES if 0 <= low <= high <= white]
    return (0.0, usual[0]) if usual else (low, high)


def _stretched(samples: "NDArray[Any]", low: float, high: float) -> "NDArray[np.uint8]":
    import numpy as np

    if not low < high:
        return np.zeros(samples.shape, dtype=np.uint8)
    # In single precision the width of the range may be infinite.
    parts = (samples.astype(np.float64) - low) / (high - low)
    whole = np.nan_to_num(np.clip(parts, 0, 1), nan=0.0) * 255
    levels: NDArray[np.uint8] = whole.astype(np.uint8)
    return levels
