"""Where formats keep metadata: from a file to its blocks."""

from collections.abc import Callable

from dam.core.content import HEAD_BYTES, Content
from dam.models.image.metadata.blocks import Blocks
from dam.models.image.metadata.boxes import read_boxes
from dam.models.image.metadata.gif import read_gif
from dam.models.image.metadata.jpeg import read_jpeg
from dam.models.image.metadata.photoshop import read_psd, read_resources
from dam.models.image.metadata.png import read_png
from dam.models.image.metadata.tiff import IPTC, PHOTOSHOP, XMP, read_tiff
from dam.models.image.metadata.webp import read_webp
from dam.models.image.metadata.window import MalformedError, Window
from dam.models.markup_roots import packet_start

_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_FUJI_JPEG = 84
"""Where a RAF says where its JPEG is, which has all the metadata."""


def find_blocks(content: Content) -> Blocks:
    """Return what the file holds; of one that is broken, what was found before."""
    blocks = Blocks()
    with content.open() as file:
        window = Window(file, content.size)
        try:
            head = window.read_up_to(0, 16)
            for matches, read in _READERS:
                if matches(head):
                    read(window, blocks)
                    break
        except MalformedError:
            pass
    return blocks


def _read_tiff(window: Window, blocks: Blocks) -> None:
    tiff = blocks.tiff = read_tiff(window)
    for tag, add in ((XMP, blocks.add_xmp), (IPTC, blocks.add_iptc)):
        if isinstance(data := tiff.main.get(tag), bytes):
            add(data)
    if isinstance(resources := tiff.main.get(PHOTOSHOP), bytes):
        read_resources(Window.of(resources), blocks)


def _read_fuji(window: Window, blocks: Blocks) -> None:
    read_jpeg(window.part(window.number(_FUJI_JPEG, 4)), blocks)


def _read_sidecar(window: Window, blocks: Blocks) -> None:
    blocks.is_sidecar = packet_start(window.read_up_to(0, HEAD_BYTES)) is not None


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[Window, Blocks], None]], ...] = (
    (_starts(b"\xff\xd8"), read_jpeg),
    (_starts(b"\x89PNG\r\n\x1a\n"), read_png),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", read_webp),
    (_starts(b"GIF8"), read_gif),
    (_starts(b"8BPS"), read_psd),
    (_starts(b"FUJIFILMCCD-RAW "), _read_fuji),
    (lambda head: head[4:8] in (b"ftyp", b"jP  ", b"JXL "), read_boxes),
    (_starts(b"II", b"MM"), _read_tiff),
    (lambda head: head.lstrip(_BEFORE_XML).startswith(b"<"), _read_sidecar),
)
"""Who reads a file that starts like this; cameras have magic numbers of their own for their TIFFs."""
