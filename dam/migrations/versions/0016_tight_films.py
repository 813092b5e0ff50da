"""Films without all that is black around them, which may be bars and may be the picture.

Revision: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("video_fingerprint", sa.Column("tight", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("video_fingerprint", "tight")
