"""Films without all that is black around them, which may be bars and may be the picture.

Revision: 0015
Revises: 0014
"""

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0015"
down_revision = "0014"
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
