"""A third party's plugin that does harm when a file tells it to: real code, in real workers."""

import os
from pathlib import Path

import pytest

FILES = {
    "faulty-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n",
    "faulty-1.0.dist-info/entry_points.txt": "[dam.plugins]\nfaulty = faulty:plugin\n",
    "faulty/__init__.py": """
from dam.plugins import Plugin

plugin = Plugin(models="faulty.models", migrations="faulty:migrations", head="f1")
""",
    "faulty/models.py": """
import os
import signal
import time

from sqlalchemy.orm import Mapped

from dam.core.component import Component, Kind
from dam.core.content import Content
from dam.core.system import system
from dam.services.file_storage import SCHEMES

SCHEMES["faulty"] = "faulty.store"


class FaultyComponent(Kind):
    @classmethod
    def recognise(cls, head: bytes, extensions: frozenset[str]) -> str | None:
        return "application/x-faulty" if head.startswith(b"faulty") else None


class EffectComponent(Component):
    text: Mapped[str]


@system(version=int(os.environ.get("FAULTY_VERSION", "1")), on=FaultyComponent)
def act(content: Content) -> EffectComponent | None:
    order = content.head().split()[1].decode()
    if counter := os.environ.get("FAULTY_COUNTER"):
        with open(counter, "a") as file:
            file.write(".")
    if os.environ.get("FAULTY_MENDED"):
        return EffectComponent(text="mended")
    if order == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if order == "exit":
        os._exit(3)
    if order == "hang":
        while True:
            time.sleep(1)
    if order == "hoard":
        hoard = []
        while True:
            hoard.append(bytearray(1 << 24))
    if order == "raise":
        raise ValueError("told to fail")
    if order == "print":
        print("a decoder that talks")
        os.write(2, b"to everybody")
    return EffectComponent(text=order) if order != "nothing" else None
""",
    "faulty/store.py": """
def open_store(url):
    raise ZeroDivisionError("a store that nobody tested")
""",
    "faulty/migrations/env.py": """
from dam.migrations.environment import run_migrations

run_migrations(package="faulty", version_table="faulty_version")
""",
    "faulty/migrations/versions/f1.py": """
import sqlalchemy as sa
from alembic import op

revision = "f1"
down_revision = None


def upgrade() -> None:
    for table, column in (("faulty", "media_type"), ("effect", "text")):
        op.create_table(
            table,
            sa.Column("entity_id", sa.BigInteger, sa.ForeignKey("entity.id"), primary_key=True),
            sa.Column(column, sa.String, nullable=False),
        )
""",
}


def install_faulty(folder: Path, environment: pytest.MonkeyPatch) -> None:
    """Put the plugin where programs started from now on find it."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    environment.setenv("PYTHONPATH", os.fspath(folder), prepend=os.pathsep)
