"""Names that promise another format than the bytes have."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_

from dam.core.component import Entity, Kind
from dam.core.recognition import FileExtensionComponent, extension_of
from dam.models.asset import Asset

TypesOf = Callable[[Collection[int]], Mapping[int, str]]
"""Tells the media types of entities, as far as they have one."""

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
    "image/svg+xml-compressed": "svgz",
    "image/x-exr": "exr",
    "image/vnd.radiance": "hdr",
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
    "application/gzip": "gz tgz",
    "application/x-7z-compressed": "7z cb7",
    "application/vnd.rar": "rar cbr",
    "font/ttf": "ttf",
    "font/otf": "otf",
    "video/x-matroska": "mkv mk3d mka",
    "video/webm": "webm weba",
    "video/x-msvideo": "avi",
    "audio/ogg": "ogg oga ogv ogx spx opus",
    "audio/opus": "opus ogg oga",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/epub+zip": "epub",
    "application/rdf+xml": "xmp rdf",
    "application/rtf": "rtf",
}
"""What files of each of these types are called; extensions that stand nowhere here promise nothing."""

_ONLY_TYPES = {
    "application/zip": "zip jar apk cbz ipa xpi whl kmz docx xlsx pptx odt ods odp epub usdz 3mf",
    "application/x-compressed-tar": "gz tgz",
    "application/vnd.apple.mpegurl": "m3u m3u8",
    "application/x-elf": "",
    "text/html": "html htm xhtml xht md txt",
}
"""The same of types whose extensions promise nothing: other formats go by them as well."""

_PROMISING = {media_type: frozenset(names.split()) for media_type, names in _EXTENSIONS.items()}
_BY_TYPE = _PROMISING | {media_type: frozenset(names.split()) for media_type, names in _ONLY_TYPES.items()}
_PROMISED = {name: kind for kind, names in reversed(_PROMISING.items()) for name in sorted(names)}


def misleading_extensions(asset: Asset) -> dict[str, str]:
    """Return the extensions at its open places that promise another format, with what they promise."""
    return _misleading({extension_of(path) for path in asset.open_paths}, asset.media_type)


def misleading_names(paths: Mapping[bytes, int], types: TypesOf) -> dict[bytes, dict[str, str]]:
    """Return the same of each of these paths, by the entities there, as far as there is something."""
    promising = {path: name for path in paths if (name := extension_of(path)) in _PROMISED}
    found = types({paths[path] for path in promising}) if promising else {}
    wrong = {path: _misleading({name}, found.get(paths[path], "")) for path, name in promising.items()}
    return {path: names for path, names in wrong.items() if names}


def may_be_misnamed(kinds: Sequence[type[Kind]]) -> ColumnElement[bool]:
    """Return the condition that an entity is or was known by an extension that promises another format."""
    names = FileExtensionComponent
    wrong = [(media_type, _PROMISED.keys() - known) for media_type, known in _BY_TYPE.items()]
    return or_(
        *(
            exists()
            .where(kind.entity_id == Entity.id, names.entity_id == Entity.id)
            .where(or_(*(and_(kind.media_type == one, names.extension.in_(sorted(n))) for one, n in wrong)))
            .correlate(Entity)
            for kind in kinds
        )
    )


def _misleading(used: set[str], media_type: str) -> dict[str, str]:
    known = _BY_TYPE.get(media_type)
    if known is None:
        return {}
    return {name: _PROMISED[name] for name in sorted(used - known) if name in _PROMISED}
