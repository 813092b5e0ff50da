"""What ExifTool reads of recordings, films and documents, in the units and by the names of our components."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dam.core.component import Kind
from dam.models.audio import AudioComponent
from dam.models.document import DocumentComponent
from dam.models.image import ImageComponent
from dam.models.video import VideoComponent
from tests.models.image.metadata.second_opinion import second_opinion

Said = Mapping[str, Any]

_ID3 = ("ID3v2_4", "ID3v2_3", "ID3v2_2", "ID3v1")
_TAGS = ("Vorbis", *_ID3, "ItemList", "ASF", "RIFF")
"""A format's own before those that were put in front of it."""
_RECORDING = {
    "title": ("AIFF:Name", *(f"{group}:Title" for group in _TAGS)),
    "creator": (*(f"{group}:Artist" for group in _TAGS), "ASF:Author"),
}
_RECORDED = (
    *("ID3v2_4:RecordingTime", "ID3v2_3:Year", "ID3v2_2:Year", "ID3v1:Year", "Vorbis:Date"),
    *("ItemList:ContentCreateDate", "ASF:Year", "RIFF:DateCreated"),
)
_FILM = {
    "title": ("Keys:Title", "ItemList:Title", "UserData:Title", "ASF:Title"),
    "creator": ("Keys:Author", "ItemList:Artist", "UserData:Artist", "UserData:Author", "ASF:Author"),
    "make": ("Keys:Make",),
    "model": ("Keys:Model",),
}
_FILMED = ("Keys:CreationDate", "QuickTime:CreateDate", "ASF:CreationDate")
_DOCUMENT = {
    "title": ("PDF:Title", "FlashPix:Title"),
    "creator": ("PDF:Author", "FlashPix:Author"),
    "keywords": ("PDF:Keywords", "FlashPix:Keywords"),
}
_WRITTEN = ("PDF:CreateDate", "FlashPix:CreateDate")
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d)(:\d\d)?")


def exiftool_opinion(kind: type[Kind] | None, said: Said) -> dict[str, Any]:
    """Return the values by our names; those that ExifTool does not find are missing, as are empty texts."""
    opinions: dict[type[Kind], Callable[[Said], Iterator[tuple[str, Any]]]] = {
        AudioComponent: _of_recording,
        VideoComponent: _of_film,
        DocumentComponent: _of_document,
    }
    if kind is ImageComponent:
        return second_opinion(dict(said))
    if kind in opinions:
        return {name: value for name, value in opinions[kind](said) if value not in (None, "")}
    # Of what is of no kind that says anything, whatever ExifTool finds is missing.
    return {**second_opinion(dict(said)), **exiftool_opinion(DocumentComponent, said)}


def _of_recording(said: Said) -> Iterator[tuple[str, Any]]:
    yield from _texts(said, _RECORDING)
    yield "taken", _text(said, _RECORDED).replace(":", "-")


def _of_film(said: Said) -> Iterator[tuple[str, Any]]:
    yield from _texts(said, _FILM)
    yield "orientation", said.get("Composite:Rotation")
    yield "taken", next(filter(None, map(_moment, _values(said, _FILMED))), None)


def _of_document(said: Said) -> Iterator[tuple[str, Any]]:
    found = {name: value for name, value in said.items() if name not in _DOCUMENT["keywords"]}
    yield from _texts(found, _DOCUMENT)
    yield "taken", next(filter(None, map(_moment, _values(said, _WRITTEN))), None)
    yield (
        "keywords",
        [word for value in _values(said, _DOCUMENT["keywords"]) for word in _words(value)] or None,
    )


def _texts(said: Said, names: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for name, tags in names.items():
        yield name, _text(said, tags)


def _text(said: Said, tags: tuple[str, ...]) -> str:
    return next((text for value in _values(said, tags) if (text := _first(value))), "")


def _values(said: Said, tags: tuple[str, ...]) -> Iterator[Any]:
    return (said[tag] for tag in tags if said.get(tag) is not None)


def _first(value: Any) -> str:
    return " ".join(str(value[0] if isinstance(value, list) else value).split())


def _words(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [word.strip() for text in listed for word in re.split("[,;]", str(text)) if word.strip()]


def _moment(value: Any) -> str | None:
    """Return a time by the clock that it was written by; years of clocks that were never set are none."""
    found = _MOMENT.match(str(value))
    if found is None or found[1] in ("0000", "1904"):
        return None
    return f"{found[1]}-{found[2]}-{found[3]} {found[4]}{found[5] or ':00'}"
