"""The frames of an animated PNG."""

from dam.models.image.metadata.window import Window
from dam.models.image.sequences.sequence import Sequence

_CHUNKS = 190_000


def counted(window: Window) -> Sequence | None:
    """Count the frames and add up their delays; None if the picture does not move."""
    is_animated = False
    frames, seconds, offset = 0, 0.0, 8
    for _ in range(_CHUNKS):
        head = window.read_up_to(offset, 34)
        kind = head[4:8]
        if len(head) < 8 or kind == b"IEND" or (kind == b"IDAT" and not is_animated):
            break
        if kind == b"acTL":
            is_animated = True
        elif kind == b"fcTL" and len(head) >= 32:
            frames += 1
            over, under = int.from_bytes(head[28:30], "big"), int.from_bytes(head[30:32], "big")
            seconds += over / (under or 100)
        offset += 12 + int.from_bytes(head[:4], "big")
    return Sequence(frames, round(seconds, 6)) if is_animated else None
