"""What puremagic says of bytes that no signature of ours knows."""

from collections import defaultdict
from functools import cache

_NOT_BELIEVED = ("text/", "audio/", "image/")
"""Plain text it knows by words that stand in it; what is sound or a picture is known better here."""

_SURE = 0.5
"""How sure it has to be; a signature of a few letters gives less."""


_PREFIX = 4
"""Bytes of a signature by which nearly all contents are told to match none."""


def detected(head: bytes) -> str | None:
    """Return the likeliest media type, None where it is not sure.

    The detector is imported here, which workers come to and commands do not.
    """
    if not head or not may_match(head):
        return None
    import puremagic

    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, UnicodeError):
        return None
    likely = [match for match in found if match.mime_type.count("/") == 1 and match.confidence >= _SURE]
    return likely[0].mime_type if likely and not likely[0].mime_type.startswith(_NOT_BELIEVED) else None


def may_match(head: bytes) -> bool:
    """Tell whether the detector could be sure of bytes; it tries 1,400 signatures, which takes far longer.

    It is sure of a match of five bytes or more, and it joins others to matches of some that are shorter.
    """
    return any(head[start:end] in prefixes for start, end, prefixes in _prefixes())


@cache
def _prefixes() -> tuple[tuple[int, int | None, frozenset[bytes]], ...]:
    """Return where the signatures begin of which the detector may be sure, and with which bytes."""
    import puremagic

    rows = [*puremagic.magic_header_array, *puremagic.magic_footer_array]
    found: dict[tuple[int, int | None], set[bytes]] = defaultdict(set)
    for row in rows:
        if len(row.byte_match) >= _SURE * 10 or row.byte_match in puremagic.multi_part_dict:
            prefix = row.byte_match[:_PREFIX]
            found[row.offset, row.offset + len(prefix) or None].add(prefix)
    return tuple((start, end, frozenset(prefixes)) for (start, end), prefixes in found.items())
