"""What our components say of a file of any kind, by the names and in the forms of ExifTool's opinion."""

from collections.abc import Callable
from typing import Any

from dam.core.component import Kind
from dam.core.content import Content
from dam.models.audio import AudioComponent
from dam.models.audio.audio_album_component import read_album
from dam.models.audio.audio_recording_component import read_recording
from dam.models.audio.tags import tags
from dam.models.document import DocumentComponent
from dam.models.document.document_keyword_component import list_keywords
from dam.models.document.document_properties_component import read_properties
from dam.models.document.reading import read
from dam.models.image import ImageComponent
from dam.models.image.sidecar import SidecarComponent
from dam.models.video import VideoComponent
from dam.models.video.headers import headers
from dam.models.video.video_creation_time_component import read_creation_time
from dam.models.video.video_position_component import read_position
from dam.models.video.video_tag_component import read_tags
from tests.models.image.metadata.our_reading import our_reading

_SECOND = "%Y-%m-%d %H:%M:%S"
_TAGS = {
    "title": ("title",),
    "creator": ("artist", "author", "com.apple.quicktime.author"),
    "make": ("com.apple.quicktime.make", "make"),
    "model": ("com.apple.quicktime.model", "model"),
}


def our_opinion(kind: Kind, content: Content) -> dict[str, Any]:
    """Return the values of all components by name; raises what their systems raise."""
    if isinstance(kind, ImageComponent | SidecarComponent):
        return our_reading(content)
    opinions: dict[type[Kind], Callable[[Any, Content], dict[str, Any]]] = {
        AudioComponent: _of_recording,
        VideoComponent: _of_film,
        DocumentComponent: _of_document,
    }
    opinion = opinions.get(type(kind))
    found = opinion(kind, content) if opinion else {}
    return {name: value for name, value in found.items() if value is not None}


def _of_recording(kind: AudioComponent, content: Content) -> dict[str, Any]:
    found = tags(kind, content)
    recording, album = read_recording(found), read_album(found)
    return {
        "title": recording and recording.title,
        "creator": recording and recording.artist,
        "taken": album and album.date,
    }


def _of_film(kind: VideoComponent, content: Content) -> dict[str, Any]:
    found = headers(kind, content)
    said = {one.tag: one.value for one in read_tags(found)}
    created, position = read_creation_time(found), read_position(found)
    moment = created and (created.local or created.utc)
    return {
        **{name: next((said[tag] for tag in own if tag in said), None) for name, own in _TAGS.items()},
        "taken": moment and moment.strftime(_SECOND),
        "orientation": found.picture and found.picture.rotation,
        "latitude": position and position.latitude,
        "longitude": position and position.longitude,
    }


def _of_document(kind: DocumentComponent, content: Content) -> dict[str, Any]:
    found = read(kind, content)
    properties = read_properties(found)
    return {
        "keywords": [row.keyword for row in list_keywords(found)] or None,
        "title": properties and properties.title,
        "creator": properties and properties.author,
        "taken": properties and properties.created and properties.created.strftime(_SECOND),
    }
