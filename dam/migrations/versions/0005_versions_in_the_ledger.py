"""An index that tells at once whether all of a system's entries are of one version.

Revision: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ledger_version", "ledger", ["system_id", "version"])


def downgrade() -> None:
    op.drop_index("ix_ledger_version", "ledger")
