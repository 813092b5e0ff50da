"""Closed places are found by their names: a whole folder may have been closed at one moment.

Revision: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_CLOSED = sa.text("closed_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_file_location_closed_together", "file_location")
    _create("ix_file_location_closed_name", "name")


def _create(index: str, column: str) -> None:
    op.create_index(
        index,
        "file_location",
        ["directory_id", column],
        sqlite_where=_CLOSED,
        postgresql_where=_CLOSED,
    )


def downgrade() -> None:
    op.drop_index("ix_file_location_closed_name", "file_location")
    _create("ix_file_location_closed_together", "closed_at")
