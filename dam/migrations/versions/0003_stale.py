"""An index of what has to be run again, so that an add can look it up.

Revision: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ledger_stale",
        "ledger",
        ["entity_id"],
        unique=False,
        sqlite_where=sa.text("version = -1"),
        postgresql_where=sa.text("version = -1"),
    )


def downgrade() -> None:
    op.drop_index("ix_ledger_stale", table_name="ledger")
