"""Triggers that keep the counts of images true.

Revision: 0008
Revises: 0007
"""

from alembic import op

from dam.migrations.fingerprint_pages import unwatch_fingerprints, watch_fingerprints

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    watch_fingerprints("image")


def downgrade() -> None:
    unwatch_fingerprints("image")
    # Nobody would notice when they are not true any more.
    op.execute("DELETE FROM fingerprint_page WHERE fingerprint = 'image'")
