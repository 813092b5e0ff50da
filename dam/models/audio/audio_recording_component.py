"""What a recording is called, and who made it."""

from sqlalchemy.orm import Mapped

from dam.core.component import Component
from dam.core.system import system
from dam.models.audio import AudioComponent
from dam.models.audio.tags import Tags

FIELDS = ("title", "artist", "composer", "genre", "comment")


class AudioRecordingComponent(Component):
    """The recording's own tags, each with its first value; `AudioTag` has the others."""

    enriches = True

    title: Mapped[str | None]
    artist: Mapped[str | None]
    composer: Mapped[str | None]
    genre: Mapped[str | None]
    comment: Mapped[str | None]


@system(version=1, on=AudioComponent)
def read_recording(tags: Tags) -> AudioRecordingComponent | None:
    """Take what the tags say of the recording; nothing if they say nothing."""
    found = {name: tags.first(name) for name in FIELDS}
    return AudioRecordingComponent(**found) if any(found.values()) else None
