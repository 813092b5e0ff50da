"""`alembic` at the root of a checkout, on the database of the settings."""

import sysconfig
from pathlib import Path

import pytest

from dam.migrations.state import revisions
from tests.migrations.checkout import Checkout, succeeded
from tests.migrations.schemas import everything_in, schema_of

NEW_COMPONENT = '''
"""How heavy a thing is."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Hash64, Name, Timestamp
from dam.core.component import Component
from datetime import datetime


class WeightComponent(Component):
    """Grams."""

    __table_args__ = (CheckConstraint("grams > 0", name="positive"),)

    grams: Mapped[int]
    weighed: Mapped[datetime] = mapped_column(Timestamp, index=True)
    bits: Mapped[int] = mapped_column(Hash64)
    scale: Mapped[bytes] = mapped_column(Name)
'''
NOTHING_NEW = "No new upgrade operations detected."


@pytest.fixture
def checkout(tmp_path: Path, empty_database_url: str) -> Checkout:
    return Checkout.copied_to(tmp_path / "checkout", empty_database_url)


def test_upgrade_makes_what_setup_db_makes(
    checkout: Checkout, database_url: str, empty_database_url: str
) -> None:
    succeeded(checkout.alembic("upgrade", "head"))
    assert everything_in(empty_database_url) == everything_in(database_url)
    assert NOTHING_NEW in succeeded(checkout.alembic("check"))


def test_the_database_may_be_named_in_a_dotenv_file(checkout: Checkout, tmp_path: Path) -> None:
    (checkout.folder / ".env").write_text(f"DATABASE_URL={checkout.database_url}\n")
    alembic = Path(sysconfig.get_path("scripts")) / "alembic"
    succeeded(checkout._run("env", "-u", "DATABASE_URL", str(alembic), "upgrade", "head"))
    assert "(head)" in succeeded(checkout.alembic("current"))


def test_a_new_component_becomes_a_revision_with_the_next_number(
    checkout: Checkout, empty_database_url: str
) -> None:
    succeeded(checkout.alembic("upgrade", "head"))
    checkout.write("models/weight_component.py", NEW_COMPONENT)
    assert checkout.alembic("check").returncode != 0
    succeeded(checkout.alembic("revision", "--autogenerate", "-m", "Weights"))
    number = f"{int(revisions()[-1]) + 1:04}"
    written = (checkout.package / "migrations" / "versions" / f"{number}_weights.py").read_text()
    assert "import dam" not in written
    assert "from dam" not in written
    assert written.count("create_table") == 1
    succeeded(checkout.alembic("upgrade", "head"))
    assert NOTHING_NEW in succeeded(checkout.alembic("check"))
    constraints = {row[1] for row in schema_of(empty_database_url) if row[0] == "weight"}
    assert "ix_weight_weighed" in constraints
    succeeded(checkout.dam("setup-db"))
    succeeded(checkout.dam("status"))


def test_a_revision_is_not_written_while_the_database_is_behind(checkout: Checkout) -> None:
    done = checkout.alembic("revision", "--autogenerate", "-m", "too early")
    assert done.returncode != 0
    assert "not up to date" in done.stdout + done.stderr


def test_looking_at_an_empty_database_does_not_spoil_it(checkout: Checkout) -> None:
    checkout.alembic("check")
    checkout.alembic("current")
    succeeded(checkout.dam("setup-db"))
    succeeded(checkout.dam("status"))
