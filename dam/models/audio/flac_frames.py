"""FLAC without the header that makes it a file, as a stream that was cut has it."""

_LOOK_FOR_SYNC = 32768


def is_flac_stream(head: bytes) -> bool:
    """Tell whether a frame starts somewhere near, by its sync word and the checksum of its header."""
    at = head.find(b"\xff", 0, _LOOK_FOR_SYNC)
    while at >= 0:
        if _is_frame(head[at : at + 16]):
            return True
        at = head.find(b"\xff", at + 1, _LOOK_FOR_SYNC)
    return False


def _is_frame(header: bytes) -> bool:
    if len(header) < 16 or header[1] & 0xFE != 0xF8 or header[3] & 1:
        return False
    block, rate = header[2] >> 4, header[2] & 15
    if block == 0 or rate == 15 or header[3] >> 4 > 10:
        return False
    size = 4 + _coded_number(header[4]) + {6: 1, 7: 2}.get(block, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    return _crc8(header[:size]) == header[size]


def _coded_number(first: int) -> int:
    """Return how many bytes a number takes that is written as UTF-8 writes a character."""
    ones = 8 - (first ^ 0xFF).bit_length()
    return 1 if ones == 0 else ones if 2 <= ones <= 7 else 1


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc
