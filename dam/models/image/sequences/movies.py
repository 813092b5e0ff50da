"""The frames of moving AVIF and HEIC, which have them as films do."""

from collections.abc import Iterator

from dam.models.image.metadata.boxes import boxes_in
from dam.models.image.metadata.window import Window
from dam.models.image.sequences.sequence import Sequence

_SHOWN = (b"pict", b"vide")


def counted(window: Window) -> Sequence | None:
    """Return the samples of the track that is shown and how long they last; None without such a track."""
    for movie in _inside(window, b"moov"):
        for track in _inside(movie, b"trak"):
            for media in _inside(track, b"mdia"):
                parts = dict(boxes_in(media))
                handler = parts.get(b"hdlr")
                if handler is not None and handler.read_up_to(8, 4) in _SHOWN:
                    return _measured(parts)
    return None


def _measured(parts: dict[bytes, Window]) -> Sequence | None:
    if b"mdhd" not in parts or b"minf" not in parts:
        return None
    header = parts[b"mdhd"]
    is_long = header.number(0, 1) == 1
    scale = header.number(20 if is_long else 12, 4)
    duration = header.number(24, 8) if is_long else header.number(16, 4)
    for table in _inside(parts[b"minf"], b"stbl"):
        for sizes in _inside(table, b"stsz"):
            return Sequence(sizes.number(8, 4), duration / scale if scale else None)
    return None


def _inside(window: Window, kind: bytes) -> Iterator[Window]:
    return (box for found, box in boxes_in(window) if found == kind)
