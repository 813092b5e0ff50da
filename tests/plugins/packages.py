"""Third-party packages as an installer would leave them, in a folder on PYTHONPATH."""

from dataclasses import dataclass
from pathlib import Path

ENTRY = """
from dam.plugins import Plugin
plugin = Plugin(models="{package}.models", migrations={migrations!r}, head={head!r})
"""
KIND = '''
"""Sheets: text files that begin with SHEET."""

from dam.core.component import Kind


class SheetComponent(Kind):
    """A sheet."""

    __tablename__ = "sheets_sheet"

    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        return "text/sheet" if head.startswith(b"SHEET") else None
'''
SYSTEM = '''
"""How many lines a sheet has."""

from sqlalchemy.orm import Mapped

from dam.core.component import Component
from dam.core.content import Content
from dam.core.system import system
from dam_sheets.models import SheetComponent


class SheetLinesComponent(Component):
    """The number of lines."""

    __tablename__ = "sheets_lines"

    lines: Mapped[int]


@system(version=1, on=SheetComponent)
def count_lines(content: Content) -> SheetLinesComponent:
    """Count the lines."""
    with content.open() as file:
        return SheetLinesComponent(lines=sum(1 for _ in file))
'''
ENVIRONMENT = """
from dam.migrations.environment import run_migrations
run_migrations(package="dam_sheets", version_table="dam_sheets_version")
"""
REVISION = """
import sqlalchemy as sa
from alembic import op
revision = "s1"
down_revision = None
def upgrade():
    for table, column in (("sheets_sheet", sa.Column("media_type", sa.String(), nullable=False)),
                          ("sheets_lines", sa.Column("lines", sa.Integer(), nullable=False))):
        key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        parent = sa.ForeignKey("entity.id", ondelete="CASCADE")
        op.create_table(table, sa.Column("entity_id", key, parent, primary_key=True), column)
"""


@dataclass(frozen=True)
class Packages:
    """A folder of packages."""

    folder: Path

    def install(self, package: str, files: dict[str, str], entry: str = "plugin") -> None:
        """Write a package and its metadata, with one entry point."""
        for name, text in {"__init__.py": "", **files}.items():
            file = self.folder / package / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        metadata = self.folder / f"{package}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[dam.plugins]\n{package} = {package}:{entry}\n")

    def uninstall(self, package: str) -> None:
        """Take the metadata away, as an uninstaller would."""
        for file in (self.folder / f"{package}-1.0.dist-info").iterdir():
            file.unlink()
        (self.folder / f"{package}-1.0.dist-info").rmdir()
        (self.folder / package).rename(self.folder / f"{package}.gone")

    def reinstall(self, package: str) -> None:
        """Put it back as it was."""
        (self.folder / f"{package}.gone").rename(self.folder / package)
        self.install(package, {"__init__.py": (self.folder / package / "__init__.py").read_text()})


def install_sheets(packages: Packages) -> None:
    """Install a whole plugin: a kind, a component, a system, tables and a history of its own."""
    packages.install(
        "dam_sheets",
        {
            "__init__.py": ENTRY.format(package="dam_sheets", migrations="dam_sheets:migrations", head="s1"),
            "models/__init__.py": KIND,
            "models/lines_component.py": SYSTEM,
            "migrations/__init__.py": "",
            "migrations/env.py": ENVIRONMENT,
            "migrations/versions/s1_sheets.py": REVISION,
        },
    )
