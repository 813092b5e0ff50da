"""Films without all that is black around them, which may be bars and may be the picture.

Revision: 0016
Revises: 0015
"""

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with _rebuilt() as batch:
        batch.add_column(sa.Column("tight", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with _rebuilt() as batch:
        batch.drop_column("tight")


def _rebuilt() -> AbstractContextManager[BatchOperations]:
    """Change the table as PostgreSQL does; SQLite makes it anew, so that it is written as models write it."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    return op.batch_alter_table("video_fingerprint", recreate="always" if is_sqlite else "never")
