"""The frames of an animated WebP."""

from dam.models.image.metadata.window import Window
from dam.models.image.sequences.sequence import Sequence

_CHUNKS = 190_000
_ANIMATION = 2


def counted(window: Window) -> Sequence | None:
    """Count the frames and add up their durations; None if the picture does not move."""
    head = window.read_up_to(12, 9)
    if head[:4] != b"VP8X" or not head[8] & _ANIMATION:
        return None
    frames, thousandths, offset = 0, 0, 12
    for _ in range(_CHUNKS):
        head = window.read_up_to(offset, 24)
        if len(head) < 8:
            break
        if head[:4] == b"ANMF" and len(head) >= 23:
            frames += 1
            thousandths += int.from_bytes(head[20:23], "little")
        size = int.from_bytes(head[4:8], "little")
        offset += 8 + size + size % 2
    return Sequence(frames, thousandths / 1000)
