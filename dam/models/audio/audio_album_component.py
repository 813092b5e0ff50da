"""Where a recording was published."""

import re

from sqlalchemy.orm import Mapped

from dam.core.component import Component
from dam.core.system import system
from dam.models.audio import AudioComponent
from dam.models.audio.tags import Tags

FIELDS = ("album", "album_artist", "year", "track", "track_total", "disc", "disc_total")
"""The tags that are looked at; `year` is what tinytag calls the date."""


class AudioAlbumComponent(Component):
    """The album, when it came out, and the recording's place on it."""

    enriches = True

    album: Mapped[str | None]
    album_artist: Mapped[str | None]
    date: Mapped[str | None]
    """As it was written: a year, a day, or anything else."""
    year: Mapped[int | None]
    track: Mapped[int | None]
    track_total: Mapped[int | None]
    disc: Mapped[int | None]
    disc_total: Mapped[int | None]


@system(version=1, on=AudioComponent)
def read_album(tags: Tags) -> AudioAlbumComponent | None:
    """Take what the tags say of the album; nothing if they say nothing."""
    if not any(tags.first(name) for name in FIELDS):
        return None
    date = tags.first("year")
    year = re.search(r"(?<!\d)\d{4}(?!\d)", date or "", re.ASCII)
    return AudioAlbumComponent(
        album=tags.first("album"),
        album_artist=tags.first("album_artist"),
        date=date,
        year=int(year[0]) if year else None,
        track=tags.number("track"),
        track_total=tags.number("track_total"),
        disc=tags.number("disc"),
        disc_total=tags.number("disc_total"),
    )
