"""Numbers spread evenly, where there is not room for all."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def spread(count: int, most: int) -> Ints:
    """Return at most so many of the numbers below a count, evenly spaced."""
    some = min(count, most)
    return np.arange(some, dtype=np.int64) * (count - 1) // max(some - 1, 1)
