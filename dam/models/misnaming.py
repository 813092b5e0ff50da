"""Names that promise another format than the bytes have."""

from dam.core.recognition import extension_of
from dam.models.asset import Asset

_EXTENSIONS = {
    "image/jpeg": "jpg jpeg jpe jfif mpo",
    "image/png": "png apng",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp dib",
    "image/tiff": "tif tiff",
    "image/heic": "heic heics hif heif",
    "image/heif": "heif heifs hif heic",
    "image/avif": "avif avifs",
    "image/jxl": "jxl",
    "image/jp2": "jp2 jpx",
    "image/svg+xml": "svg",
    "image/vnd.adobe.photoshop": "psd",
    "image/x-photoshop-large": "psb",
    "image/x-adobe-dng": "dng",
    "image/x-canon-cr2": "cr2",
    "image/x-canon-cr3": "cr3",
    "image/x-nikon-nef": "nef",
    "image/x-sony-arw": "arw",
    "audio/mpeg": "mp3 mp2 mpga",
    "audio/wav": "wav wave bwf",
    "audio/flac": "flac",
    "audio/mp4": "m4a m4b m4r m4p mp4",
    "video/mp4": "mp4 m4v",
    "video/quicktime": "mov qt",
    "application/pdf": "pdf ai",
    "application/gzip": "gz tgz svgz",
    "application/x-7z-compressed": "7z cb7",
    "application/vnd.rar": "rar cbr",
    "font/ttf": "ttf",
    "font/otf": "otf",
}
"""What files of each of these types are called; extensions that stand nowhere here promise nothing."""

_BY_TYPE = {media_type: frozenset(names.split()) for media_type, names in _EXTENSIONS.items()}
_PROMISED = {name: kind for kind, names in reversed(_BY_TYPE.items()) for name in sorted(names)}


def misleading_extensions(asset: Asset) -> dict[str, str]:
    """Return the extensions at its open places that promise another format, with what they promise."""
    known = _BY_TYPE.get(asset.media_type)
    if known is None:
        return {}
    used = {extension_of(place.path) for place in asset.open_locations}
    return {name: _PROMISED[name] for name in sorted(used - known) if name in _PROMISED}
