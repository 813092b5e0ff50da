"""Numbers spread evenly, where there is not room for all."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_NONE: Ints = np.empty(0, dtype=np.int64)


def spread(count: int, most: int) -> Ints:
    """Return at most so many of the numbers below a count, evenly spaced."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64)) if count else _NONE
