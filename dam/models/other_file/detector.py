"""What puremagic says of bytes that no signature of ours knows."""

_NOT_BELIEVED = ("text/", "audio/", "image/")
"""Plain text it knows by words that stand in it; what is sound or a picture is known better here."""

_SURE = 0.5
"""How sure it has to be; a signature of a few letters gives less."""


def detected(head: bytes) -> str | None:
    """Return the likeliest media type, None where it is not sure.

    The detector is imported here, which workers come to and commands do not.
    """
    if not head:
        return None
    import puremagic

    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, UnicodeError):
        return None
    likely = [match for match in found if match.mime_type.count("/") == 1 and match.confidence >= _SURE]
    return likely[0].mime_type if likely and not likely[0].mime_type.startswith(_NOT_BELIEVED) else None
