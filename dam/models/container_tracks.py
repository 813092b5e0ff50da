"""What tracks a container has, as far as its first bytes tell: for the kinds that share containers.

A container with a track of pictures is a film, one with sound alone is a recording. Where the tracks are
listed later than the first bytes, its name has to decide, for both kinds by the same rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

AUDIO_NAMES = frozenset({"aac", "m4a", "m4b", "m4p", "m4r", "mka", "oga", "ra", "weba", "wma"})
"""Extensions under which containers hold sound alone."""

_PICTURE_BRANDS = {b"avif", b"avis", b"crx ", b"mif1", b"mif2", b"msf1", b"jp2 ", b"jpx ", b"jpm "}
_PICTURE_BRAND_STARTS = (b"hei", b"hev")
_FILM_BRAND_STARTS = (b"iso", b"mp4", b"mp7", b"avc", b"dash", b"qt", b"M4", b"F4", b"3g", b"MSNV", b"XAVC")
_AUDIO_BRANDS = {b"M4A", b"M4B", b"M4P", b"F4A", b"F4B"}
_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_BEFORE_OTHERS = {b"wide", b"free", b"skip"}

_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_AUDIO = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
_ASF_PICTURES = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")

# A codec's id: the element, its length, and a name that starts with the kind of track.
_MATROSKA_SOUND = re.compile(rb"\x86[\x80-\xff]A_[A-Z]")
_MATROSKA_PICTURES = re.compile(rb"\x86[\x80-\xff]V_[A-Z]")
_DOCTYPE = re.compile(rb"\x42\x82(?:[\x81-\x8f]|\x40[\x01-\x0f])(webm|matroska)")

_OGG_PICTURES = (b"\x80theora", b"BBCD\x00", b"\x01video", b"OVP80")


@dataclass(frozen=True)
class Tracks:
    """What the tracks of a container are."""

    container: str
    """Its brand or its type of document; empty if the format has none."""
    sound: bool = False
    pictures: bool = False
    certain: bool = True
    """Whether all its tracks were seen."""

    def is_sound(self, extensions: frozenset[str]) -> bool:
        """Tell whether it is to be taken for a recording."""
        if self.pictures:
            return False
        return (self.sound and self.certain) or (not self.certain and bool(extensions & AUDIO_NAMES))


def iso_tracks(head: bytes) -> Tracks | None:
    """Return the tracks of MP4, QuickTime and their like, whose still pictures are none of them."""
    kind = head[4:8]
    if len(head) < 12 or kind not in _FIRST_BOXES:
        return None
    boxes = list(_boxes(head))
    brand = head[8:12] if kind == b"ftyp" else b"qt  "
    if _is_picture(brand) or (kind != b"ftyp" and not _is_quicktime(head, boxes)):
        return None
    if not brand.startswith(_FILM_BRAND_STARTS) and not _is_known_otherwise(head, boxes):
        return None
    if brand[:3] in _AUDIO_BRANDS:
        return Tracks(brand.decode("latin-1"), sound=True)
    handlers = {head[at + 12 : at + 16] for at in _places(head, b"hdlr")}
    is_whole = any(name == b"moov" and end <= len(head) for name, _, end in boxes)
    return Tracks(
        brand.decode("latin-1"), sound=b"soun" in handlers, pictures=b"vide" in handlers, certain=is_whole
    )


def matroska_tracks(head: bytes) -> Tracks | None:
    """Return the tracks of Matroska and WebM, by the codecs, whose names start with what they are."""
    if head[:4] != b"\x1a\x45\xdf\xa3":
        return None
    doctype = _DOCTYPE.search(head[:4096])
    if doctype is None:
        return None
    sound, pictures = _MATROSKA_SOUND.search(head), _MATROSKA_PICTURES.search(head)
    return Tracks(
        doctype[1].decode(), sound is not None, pictures is not None, certain=bool(sound or pictures)
    )


def asf_tracks(head: bytes) -> Tracks | None:
    """Return the tracks of Windows Media."""
    if not head.startswith(_ASF):
        return None
    sound, pictures = _ASF_AUDIO in head, _ASF_PICTURES in head
    return Tracks("", sound, pictures, certain=sound or pictures)


def ogg_packets(head: bytes) -> Iterator[bytes]:
    """Yield how the first packet of every stream starts: those pages come before all others."""
    if head[:5] != b"OggS\x00":
        return
    at = 0
    while head[at : at + 4] == b"OggS" and len(head) > at + 27 and head[at + 5] & 2:
        segments = head[at + 26]
        body = at + 27 + segments
        yield head[body : body + 8]
        at = body + sum(head[at + 27 : body])


def is_ogg_film(head: bytes) -> bool:
    """Tell whether one of the streams is of pictures."""
    return any(packet.startswith(_OGG_PICTURES) for packet in ogg_packets(head))


def _boxes(head: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each outermost box that begins in the head, where it begins and where it ends."""
    at = 0
    while at + 8 <= len(head):
        size, name = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(head[at + 8 : at + 16], "big")
        if size < 8:
            return
        yield name, at, at + size
        at += size


def is_film_brand(brand: bytes) -> bool:
    """Tell whether a brand is one of films or of sound."""
    return brand.startswith(_FILM_BRAND_STARTS) or brand[:3] in _AUDIO_BRANDS


def _is_picture(brand: bytes) -> bool:
    return brand in _PICTURE_BRANDS or brand.startswith(_PICTURE_BRAND_STARTS)


def _is_known_otherwise(head: bytes, boxes: list[tuple[bytes, int, int]]) -> bool:
    """Tell what has an unknown brand by the others that it is compatible with, and by what comes next."""
    end = min(boxes[0][2], len(head), 4096) if boxes else 0
    others = [head[at : at + 4] for at in range(16, end - 3, 4)]
    if any(_is_picture(brand) for brand in others):
        return False
    return any(brand.startswith(_FILM_BRAND_STARTS) for brand in others) or len(boxes) > 1


def _is_quicktime(head: bytes, boxes: list[tuple[bytes, int, int]]) -> bool:
    """Tell QuickTime without a brand by boxes that begin one after the other as they should."""
    names = [name for name, _, _ in boxes]
    if not names:
        return False
    if names[0] == b"moov":
        return head[12:16] in (b"mvhd", b"cmov", b"rmra", b"trak", b"udta")
    if names[0] in _BEFORE_OTHERS:
        return len(names) > 1 and names[1] in _FIRST_BOXES
    return names[0] == b"mdat" or (len(names) > 1 and names[1] in _FIRST_BOXES)


def _places(head: bytes, word: bytes) -> list[int]:
    places = []
    at = head.find(word)
    while at >= 0:
        places.append(at)
        at = head.find(word, at + 4)
    return places
