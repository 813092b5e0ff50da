"""What our components say of a file, by the names and in the forms of the second opinion."""

from typing import Any

from dam.core.content import Content
from dam.models.image.metadata.capture_system import read_capture
from dam.models.image.metadata.capture_time_component import CaptureTimeComponent
from dam.models.image.metadata.description_system import read_description
from dam.models.image.metadata.embedded import metadata
from tests.models.image.metadata.second_opinion import CUT

_FORMS = {
    "year": "%Y",
    "month": "%Y-%m",
    "day": "%Y-%m-%d",
    "minute": "%Y-%m-%d %H:%M",
    "second": "%Y-%m-%d %H:%M:%S",
}
_FIELDS = {
    "CameraComponent": {"make": "make", "model": "model"},
    "LensComponent": {"lens": "model"},
    "ExposureComponent": {
        name: name for name in ("seconds", "aperture", "iso", "focal_length", "focal_length_35mm")
    },
    "GpsPositionComponent": {name: name for name in ("latitude", "longitude", "altitude")},
    "StoredOrientationComponent": {"orientation": "value"},
    "ImageTitleComponent": {"title": "text"},
    "ImageCaptionComponent": {"caption": "text"},
    "ImageCopyrightComponent": {"copyright": "text"},
    "ImageRatingComponent": {"rating": "stars"},
    "ImageLabelComponent": {},  # The second opinion was not asked about it.
}
_LISTS = {"ImageCreatorComponent": ("creator", "name"), "ImageKeywordComponent": ("keywords", "keyword")}


def our_reading(content: Content) -> dict[str, Any]:
    """Return the values of all components by name."""
    read = metadata(content)
    found: dict[str, Any] = {}
    for component in (*read_capture(read), *read_description(read)):
        kind = type(component).__name__
        if isinstance(component, CaptureTimeComponent):
            found["taken"] = component.local.strftime(_FORMS[component.precision])
        elif kind in _LISTS:
            name, column = _LISTS[kind]
            found.setdefault(name, []).append(getattr(component, column)[:CUT])
        else:
            values = {name: getattr(component, column) for name, column in _FIELDS[kind].items()}
            found |= {name: _plain(value) for name, value in values.items() if value is not None}
    return found


def _plain(value: Any) -> Any:
    return value[:CUT] if isinstance(value, str) else float(value)
