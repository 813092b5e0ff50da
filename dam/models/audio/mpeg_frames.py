"""Streams of MPEG audio and AAC frames, which have no header of their own but tags before them.

A frame starts with a sync word of eleven or twelve bits, which anything may hold by chance: it counts
where the length that the frame claims leads to another one of the same stream, or where a tag or the name
says so, too.
"""

from typing import NamedTuple

_BIT_RATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by (version, layer); 2 is MPEG-2 and 2.5."""
_RATES = (44100, 48000, 32000)
_MPEG_NAMES = frozenset({"mp1", "mp2", "mp3", "mpa", "mpga"})
_MAY_FOLLOW_ID3: tuple[tuple[bytes, str], ...] = (
    (b"fLaC", "audio/flac"),
    (b"MAC ", "audio/x-ape"),
    (b"wvpk", "audio/x-wavpack"),
    (b"TTA1", "audio/x-tta"),
    (b"MP+", "audio/x-musepack"),
    (b"MPCK", "audio/x-musepack"),
)
_ID3_BY_NAME = {"flac": "audio/flac", "aac": "audio/aac", "ape": "audio/x-ape", "tta": "audio/x-tta"}
_TAGS_LIMIT = 4
_LOOK_FOR_SYNC = 4096
"""How many bytes that are no frame may come first."""


class _Frame(NamedTuple):
    kind: int
    """What all frames of a stream share: version, layer and sample rate."""
    size: int
    is_layer_one: bool = False


def mpeg_stream(head: bytes, extensions: frozenset[str]) -> str | None:
    """Return the media type of a stream of frames, tags before it or not; None if it is none."""
    start = id3_size(head)
    if start:
        return _after_id3(head, start, extensions)
    # What is called a stream of frames may begin in the middle of one.
    reach = _LOOK_FOR_SYNC if extensions & (_MPEG_NAMES | {"aac"}) else 1
    for at in range(min(reach, len(head))):
        if head[at] == 0xFF and (found := _frames_at(head, at)):
            return found
    if not extensions & _MPEG_NAMES:
        return None
    frame = _mpeg_frame(head, 0)
    # UTF-16 starts as layer I does, which nobody uses.
    is_sound = (frame is not None and not frame.is_layer_one) or head[-128:-125] == b"TAG"
    return "audio/mpeg" if is_sound else None


def id3_size(head: bytes) -> int:
    """Return how long the ID3v2 tag at the start is, with its header; 0 if there is none."""
    if head[:3] != b"ID3" or len(head) < 10 or head[3] not in (2, 3, 4) or max(head[6:10]) > 0x7F:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return size + 10 + (10 if head[5] & 0x10 else 0)


def _after_id3(head: bytes, start: int, extensions: frozenset[str]) -> str:
    """Tell what tags belong to; where that lies too far behind, MP3, unless the name knows better."""
    for _ in range(_TAGS_LIMIT):
        while start < len(head) and head[start] == 0:  # padding that the tag does not count
            start += 1
        start += id3_size(head[start : start + 10])
    rest = head[start:]
    for magic, found in _MAY_FOLLOW_ID3:
        if rest.startswith(magic):
            return found
    if frames := _frames_at(head, start):
        return frames
    named = [found for name, found in sorted(_ID3_BY_NAME.items()) if name in extensions]
    return named[0] if named and not rest else "audio/mpeg"


def _frames_at(head: bytes, at: int) -> str | None:
    """Return what starts here, if a second frame follows the first."""
    for read, found in ((_mpeg_frame, "audio/mpeg"), (_adts_frame, "audio/aac")):
        first = read(head, at)
        second = read(head, at + first.size) if first else None
        if first and second and first.kind == second.kind:
            return found
    return None


def _mpeg_frame(head: bytes, at: int) -> _Frame | None:
    """Read an MPEG audio header: layers I to III of MPEG-1, 2 and 2.5, but no free bit rate."""
    if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = head[at + 1] >> 3 & 3, 4 - (head[at + 1] >> 1 & 3)
    rate, of_rates, padding = head[at + 2] >> 4, head[at + 2] >> 2 & 3, head[at + 2] >> 1 & 1
    if version == 1 or layer == 4 or rate in (0, 15) or of_rates == 3:
        return None
    is_first = version == 3
    bits = _BIT_RATES[1 if is_first else 2, layer][rate - 1] * 1000
    samples = _RATES[of_rates] // {3: 1, 2: 2, 0: 4}[version]
    if layer == 1:
        size = (12 * bits // samples + padding) * 4
    else:
        size = (144 if layer == 2 or is_first else 72) * bits // samples + padding
    return _Frame(version << 4 | layer << 2 | of_rates, size, layer == 1)


def _adts_frame(head: bytes, at: int) -> _Frame | None:
    if len(head) < at + 7 or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:
        return None
    size = (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5
    rate = head[at + 2] >> 2 & 15
    return _Frame(head[at + 1] << 8 | rate, size) if rate < 13 and size > 7 else None
