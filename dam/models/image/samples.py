"""Tiny pictures made in code: good ones, odd ones and broken ones, for tests and demonstrations."""

import gzip
import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dam.models.image.sample_documents import JPEG_XL, dng, photoshop, svg

if TYPE_CHECKING:
    from PIL import Image

ORIENTATIONS = range(1, 9)


def photo(seed: int = 0, size: tuple[int, int] = (320, 240)) -> "Image.Image":
    """Return an RGB picture that looks enough like a photo to be hashed well.

    Clouds of five sizes, a few soft discs and a horizon; the same seed and size give the same
    picture, and different seeds give pictures that do not resemble each other.
    """
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(seed)
    width, height = size
    canvas = np.zeros((height, width, 3))
    for octave in range(5):
        # Colours vary slowly and light quickly, as in nature.
        for channels in (slice(0, 3), 0, 1, 2) if octave < 2 else (slice(0, 3),):
            grid = Image.fromarray(random.random((2 * 2**octave, 3 * 2**octave)).astype(np.float32))
            clouds = np.asarray(grid.resize(size, Image.Resampling.BICUBIC)) * 0.8**octave
            canvas[..., channels] += clouds[..., np.newaxis] if isinstance(channels, slice) else clouds * 0.5
    y, x = np.mgrid[0:height, 0:width] / max(size)
    for _ in range(6):
        cx, cy = random.random() * width / max(size), random.random() * height / max(size)
        radius = 0.05 + 0.15 * random.random()
        distance = np.hypot(x - cx, y - cy)
        disc = 1 / (1 + np.exp(np.clip((distance - radius) * 120, -40, 40)))
        canvas += disc[..., np.newaxis] * (random.random(3) - 0.5) * 2
    canvas += (y > random.uniform(0.2, 0.5))[..., np.newaxis] * (random.random(3) - 0.5)
    low, high = np.percentile(canvas, (1, 99))
    return Image.fromarray((np.clip((canvas - low) / (high - low), 0, 1) * 255).astype(np.uint8))


def encoded(picture: "Image.Image", kind: str = "JPEG", **options: Any) -> bytes:
    """Return the picture as a file of that Pillow format."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def oriented(orientation: int, kind: str = "JPEG", seed: int = 0) -> bytes:
    """Return a file stored some way up whose EXIF orientation, 1 to 8, shows the same picture always."""
    from PIL import Image

    # What has to be done to the pixels so that the orientation undoes it.
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    picture = photo(seed, (96, 64))
    stored = picture.transpose(undo[orientation]) if orientation in undo else picture
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(stored, kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {}))


def described(title: str = "Lake at dawn") -> bytes:
    """Return a JPEG with EXIF and XMP: a camera, a time, a title and a keyword."""
    from PIL import Image
    from PIL.ExifTags import IFD, Base

    exif = Image.Exif()
    exif.update({Base.Make: "NIKON CORPORATION", Base.Model: "NIKON D800"})
    exif.get_ifd(IFD.Exif).update({Base.DateTimeOriginal: "2026:05:17 05:42:10", Base.FNumber: 5.6})
    xmp = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description>'
        f"<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>{title}</rdf:li></rdf:Alt></dc:title>"
        "<dc:subject><rdf:Bag><rdf:li>lake</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
    )
    return encoded(photo(8, (64, 48)), exif=exif, xmp=xmp.encode())


def good() -> dict[str, bytes]:
    """Return one ordinary file of each common format, by file name."""
    picture = photo(1, (64, 48))
    return {
        "good.jpg": encoded(picture),
        "progressive.jpg": encoded(picture, progressive=True),
        "described.jpg": described(),
        "good.png": encoded(picture, "PNG"),
        "good.gif": encoded(picture, "GIF"),
        "good.webp": encoded(picture, "WEBP"),
        "lossless.webp": encoded(picture, "WEBP", lossless=True),
        "good.tif": encoded(picture, "TIFF"),
        "compressed.tif": encoded(picture, "TIFF", compression="tiff_lzw"),
        "good.bmp": encoded(picture, "BMP"),
        "good.ico": encoded(picture, "ICO", sizes=[(48, 48)]),
        "good.ppm": encoded(picture, "PPM"),
        "good.jp2": encoded(picture, "JPEG2000"),
        "good.avif": encoded(picture, "AVIF"),
        "good.tga": encoded(picture, "TGA"),
        "good.pcx": encoded(picture, "PCX"),
        "good.dds": encoded(picture, "DDS"),
        "good.sgi": encoded(picture, "SGI"),
        "good.qoi": encoded(picture, "QOI"),
    }


def odd() -> dict[str, bytes]:
    """Return files that are unusual but can be decoded, by file name."""
    picture = photo(2, (64, 48))
    frames = [photo(seed, (32, 24)) for seed in (3, 4, 5)]
    deep = picture.convert("L").convert("I;16").point(lambda value: value * 257)
    transparent = picture.convert("RGBA")
    transparent.putalpha(picture.convert("L"))
    moving: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": 100}
    return {
        "one-pixel.png": encoded(picture.crop((0, 0, 1, 1)), "PNG"),
        "one-pixel.jpg": encoded(picture.crop((0, 0, 1, 1))),
        "thin.png": encoded(picture.resize((1, 2000)), "PNG"),
        "cmyk.jpg": encoded(picture.convert("CMYK")),
        "grey.jpg": encoded(picture.convert("L")),
        "sixteen-bit.png": encoded(deep, "PNG"),
        "alpha.png": encoded(transparent, "PNG"),
        "alpha.webp": encoded(transparent, "WEBP"),
        "palette.png": encoded(picture.quantize(16), "PNG"),
        "bilevel.tif": encoded(picture.convert("1"), "TIFF"),
        "float.tif": encoded(picture.convert("F"), "TIFF"),
        "pages.tif": encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:]),
        "moving.gif": encoded(frames[0], "GIF", **moving),
        "moving.png": encoded(frames[0], "PNG", **moving),
        "moving.webp": encoded(frames[0], "WEBP", **moving),
        "broken-exif.jpg": encoded(picture, exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + b"\xa5" * 64),
        "late-exif.png": _late_exif(picture),
        "wrong-name.gif": encoded(picture, "PNG"),
        "trailing-bytes.jpg": encoded(picture) + b"left over" * 100,
        "invisible.png": encoded(_with_alpha(picture, 0), "PNG"),
        **taught(),
    } | {f"orientation-{n}.jpg": oriented(n) for n in ORIENTATIONS}


def taught() -> dict[str, bytes]:
    """Return files of formats that Pillow knows nothing of, by file name."""
    picture = photo(7, (48, 32))
    preview = encoded(picture)
    return {
        "drawing.svg": svg(),
        "packed.svgz": gzip.compress(svg(), mtime=0),
        "camera.dng": dng(preview, (48, 32)),
        "turned.dng": dng(preview, (48, 32), orientation=6),
        "deep.psd": photoshop(picture),
        "large.psb": photoshop(picture, 8, is_large=True, packed=True),
        "ramp.jxl": JPEG_XL,
    }


def broken() -> dict[str, bytes]:
    """Return files that are recognised as pictures but cannot be decoded, by file name."""
    picture = photo(6, (64, 48))
    png, jpeg = encoded(picture, "PNG"), encoded(picture)
    return {
        "half.png": png[: len(png) // 2],
        "half.jpg": jpeg[: len(jpeg) // 2],
        "half.gif": _half(encoded(picture, "GIF")),
        "half.webp": _half(encoded(picture, "WEBP")),
        "half.tif": _half(encoded(picture, "TIFF", compression="tiff_lzw")),
        "half.bmp": _half(encoded(picture, "BMP")),
        "half.avif": _half(encoded(picture, "AVIF")),
        "half.jp2": _half(encoded(picture, "JPEG2000")),
        "head-only.png": png[:20],
        "head-only.jpg": jpeg[:4],
        "scrambled.png": png[:60] + bytes(byte ^ 0x5A for byte in png[60:-12]) + png[-12:],
        "bomb.png": _png(_png_header(65536, 65536), (b"IDAT", zlib.compress(bytes(1000)))),
        "bomb.gif": b"GIF89a"
        + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0)
        + b",\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02D\x01\x00;",
        "text-bomb.png": _png(
            _png_header(1, 1),
            (b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(20_000_000), 9)),
            (b"IDAT", zlib.compress(bytes(4))),
        ),
        "no-pixels.png": _png(_png_header(0, 0), (b"IDAT", zlib.compress(b""))),
        "empty.jxl": b"\x00\x00\x00\x0cJXL \r\n\x87\n" + bytes(64),
        "open-ended.svg": svg()[:-6],
        "unsupported.jxr": b"II\xbc\x01" + bytes(64),
        "half.psb": _half(photoshop(picture, is_large=True)),
        "no-preview.dng": dng(None, (0, 0)),
    }


def _with_alpha(picture: "Image.Image", alpha: int) -> "Image.Image":
    made = picture.convert("RGBA")
    made.putalpha(alpha)
    return made


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _png_header(width: int, height: int) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in (*chunks, (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _late_exif(picture: "Image.Image") -> bytes:
    """Return a PNG whose EXIF, turned by a quarter, follows the pixels."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    png = encoded(picture, "PNG")
    return png[:-12] + _chunk(b"eXIf", exif.tobytes()[6:]) + png[-12:]
