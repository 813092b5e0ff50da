"""Hashes of pictures with nothing in them: they are alike and mean nothing, so that they match nothing."""

FLAT_BITS = 4
"""A 64-bit hash with this few bits set, or this few not set, is of a picture with nothing in it."""


def is_flat_hash(value: int) -> bool:
    """Tell whether a 64-bit hash is degenerate, as those of plain surfaces are."""
    return not FLAT_BITS < value.bit_count() < 64 - FLAT_BITS
