"""The packets of a film in groups, each of which is decoded without the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    VideoPacket = Packet[VideoStream]

_PACKETS_LIMIT = 600
_BYTES_LIMIT = 32 << 20
"""How much waits for the next key frame."""


@dataclass(frozen=True)
class PacketGroup:
    """A key frame with what comes before the next one."""

    packets: "list[VideoPacket]"
    until: float | None
    """When the next key frame is seen, in seconds; None at the end of the film, and if that is far away."""
    goes_on: bool = False
    """Whether the next one is the rest of it."""


def packet_groups(container: "InputContainer", track: "VideoStream", origin: float) -> Iterator[PacketGroup]:
    """Yield the groups as far as the file can be read; one that is very long comes in parts."""
    from av.error import FFmpegError

    waiting: list[VideoPacket] = []
    size, is_rest = 0, False
    packets = container.demux(track)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError):
            break
        if packet.size == 0:
            continue
        if packet.is_keyframe and (waiting or is_rest):
            yield PacketGroup(waiting, _time(packet, origin))
            waiting, size, is_rest = [], 0, False
        waiting.append(packet)
        size += packet.size
        if len(waiting) >= _PACKETS_LIMIT or size >= _BYTES_LIMIT:
            yield PacketGroup(waiting, None, goes_on=True)
            waiting, size, is_rest = [], 0, True
    yield PacketGroup(waiting, None)


def _time(packet: "VideoPacket", origin: float) -> float | None:
    at = packet.dts if packet.pts is None else packet.pts
    return None if at is None or packet.time_base is None else float(at * packet.time_base) - origin
