"""Every other tag of a sound file."""

from sqlalchemy import SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.system import system
from dam.models.audio import AudioComponent, audio_album_component, audio_recording_component
from dam.models.audio.tags import Tags

_ELSEWHERE = frozenset((*audio_album_component.FIELDS, *audio_recording_component.FIELDS))


class AudioTagComponent(Component):
    """A tag that has no column of its own, or a further value of one that has."""

    enriches = True

    tag: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """Counts the values of a tag from 0, those in columns too."""
    value: Mapped[str] = mapped_column(Text)


@system(version=1, on=AudioComponent)
def read_other_tags(tags: Tags) -> tuple[AudioTagComponent, ...]:
    """Take all tags that are in no column elsewhere."""
    return tuple(
        AudioTagComponent(tag=name, position=position, value=value)
        for name, values in sorted(tags.values.items())
        for position, value in enumerate(values)
        if position > 0 or name not in _ELSEWHERE
    )
