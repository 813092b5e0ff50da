"""An archive that is to be expanded, and all that has to be known of it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.content import Source
from dam.core.run import Sources
from dam.ingest.member_record import Standing, standing_of
from dam.models.archive import ArchiveComponent
from dam.models.archive.archive_expansion_component import expanded_within
from dam.models.archive.container import Container
from dam.models.archive.nesting import Nesting, nesting_of
from dam.models.content_hash_sha256_component import digests_of
from dam.models.file_properties_component import FilePropertiesComponent


@dataclass(frozen=True)
class ArchiveWork:
    """What the coordinator knows of an archive before it has it read."""

    archive: int
    name: bytes
    is_archive: bool
    """Whether it is still recognised as one."""
    container: Container | None
    """None if its bytes are nowhere in reach."""
    source: Source | None
    nesting: Nesting
    outermost_size: int
    """In bytes."""
    standing: Standing
    elsewhere: tuple[int, int]
    """Members, and their bytes, that were taken out of other archives in the same outermost one."""


def read_work(session: Session, sources: Sources, archive: int) -> ArchiveWork:
    """Return what is known of an archive."""
    nesting = nesting_of(session, archive)
    file = FilePropertiesComponent
    rows = session.scalars(select(file).where(file.entity_id.in_([archive, nesting.outermost])))
    files = {row.entity_id: row for row in rows}
    kind = session.get(ArchiveComponent, (archive,))
    source = sources(session, [archive]).get(archive)
    digest = digests_of(session, [archive]).get(archive)
    return ArchiveWork(
        archive,
        bytes(files[archive].original_name) if archive in files else b"",
        kind is not None,
        Container(source, digest, kind.media_type) if source and digest and kind else None,
        source,
        nesting,
        files[nesting.outermost].size if nesting.outermost in files else 0,
        standing_of(session, archive),
        expanded_within(session, nesting.outermost, besides=archive),
    )
