"""Roots and directories: the prefixes of locations, each stored once."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Text,
    UniqueConstraint,
    and_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from dam.core.columns import Name, RowId
from dam.core.component import Base
from dam.core.database import insert_or_ignore


class RootRow(Base):
    """A file system on a host, at the absolute path where it is mounted."""

    __tablename__ = "root"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    host: Mapped[str] = mapped_column(Text)
    device: Mapped[str] = mapped_column(Text)
    """The file system's own identifier: it tells a disk from the empty folder it is mounted on."""
    path: Mapped[bytes] = mapped_column(Name)

    __table_args__ = (UniqueConstraint("host", "device", "path"),)


class DirectoryRow(Base):
    """A directory below a root; its path is relative to the root's."""

    __tablename__ = "directory"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    root_id: Mapped[int] = mapped_column(RowId, ForeignKey("root.id"))
    path: Mapped[bytes] = mapped_column(Name)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), init=False)
    """SHA-256 of the path, to look it up by: a path may be longer than an index of PostgreSQL holds."""

    __table_args__ = (
        UniqueConstraint("root_id", "digest"),
        CheckConstraint("length(digest) = 32", name="digest_length"),
    )

    def __post_init__(self) -> None:
        self.digest = directory_digest(self.path)


@dataclass(frozen=True, order=True)
class Place:
    """A name in a directory."""

    directory_id: int
    name: bytes


@dataclass(frozen=True, order=True)
class Root:
    """What identifies a root outside the database."""

    host: str
    device: str
    path: bytes


@dataclass(frozen=True, order=True)
class Folder:
    """A directory as a root and a path relative to it."""

    root: Root
    path: bytes


def find_directories(session: Session, folders: Collection[Folder]) -> dict[Folder, int]:
    """Return the ids of those of the folders that are known."""
    found: dict[Folder, int] = {}
    for root in {folder.root for folder in folders}:
        digests = [directory_digest(folder.path) for folder in folders if folder.root == root]
        rows = session.execute(
            select(DirectoryRow.path, DirectoryRow.id)
            .join(RootRow, RootRow.id == DirectoryRow.root_id)
            .where(_is_root(root), DirectoryRow.digest.in_(digests))
        )
        found.update({Folder(root, bytes(path)): number for path, number in rows})
    return found


def get_or_add_directories(session: Session, folders: Collection[Folder]) -> dict[Folder, int]:
    """Return the id of each folder, adding those that are new, in sorted order against deadlocks."""
    found = find_directories(session, folders)
    missing = sorted(set(folders) - set(found))
    if not missing:
        return found
    roots = {root: _get_or_add_root(session, root) for root in sorted({folder.root for folder in missing})}
    rows = [
        {"root_id": roots[folder.root], "path": folder.path, "digest": directory_digest(folder.path)}
        for folder in missing
    ]
    session.execute(insert_or_ignore(session, DirectoryRow), rows)
    return found | find_directories(session, missing)


def find_root(session: Session, root: Root) -> int | None:
    """Return the id of a root, None if it is not known."""
    return session.scalar(select(RootRow.id).where(_is_root(root)))


def _get_or_add_root(session: Session, root: Root) -> int:
    known = find_root(session, root)
    if known is not None:
        return known
    row = {"host": root.host, "device": root.device, "path": root.path}
    session.execute(insert_or_ignore(session, RootRow), [row])
    return session.execute(select(RootRow.id).where(_is_root(root))).scalar_one()


def directory_digest(path: bytes) -> bytes:
    """Return what a directory's path, relative to its root's, is looked up by."""
    return hashlib.sha256(path).digest()


def _is_root(root: Root) -> ColumnElement[bool]:
    return and_(RootRow.host == root.host, RootRow.device == root.device, RootRow.path == root.path)


@dataclass(frozen=True)
class KnownRoot:
    """A root with its number in the database."""

    id: int
    root: Root


def roots_of(session: Session, host: str) -> list[KnownRoot]:
    """Return the roots of one host, in the order of their paths."""
    rows = session.execute(
        select(RootRow.id, RootRow.device, RootRow.path).where(RootRow.host == host).order_by(RootRow.id)
    )
    known = [KnownRoot(number, Root(host, device, bytes(path))) for number, device, path in rows]
    return sorted(known, key=lambda one: one.root.path)


def is_directory(folder: bytes) -> ColumnElement[bool]:
    """Return the condition that a directory's path is this one, relative to its root."""
    return DirectoryRow.digest == directory_digest(folder)


def is_at_or_below(folder: bytes) -> ColumnElement[bool]:
    """Return the condition that a directory's path is this one, relative to its root, or below it."""
    if not folder:
        return true()
    # The byte after the slash bounds every path that goes on with one.
    return or_(
        is_directory(folder),
        and_(DirectoryRow.path > folder + b"/", DirectoryRow.path < folder + b"0"),
    )
