"""Fingerprints packed into pages, and the triggers that keep the pages true.

Revision: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from dam.migrations.fingerprint_pages import (
    drop_forgetting_functions,
    make_forgetting_functions,
    unwatch_fingerprints,
    watch_fingerprints,
)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FINGERPRINTS = ("image_ahash", "image_dhash", "image_phash", "image_pdq")


def upgrade() -> None:
    op.create_table(
        "fingerprint_page",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.Column("entities", sa.LargeBinary(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprint_page")),
        sa.UniqueConstraint("fingerprint", "upto", "after", name=op.f("uq_fingerprint_page_fingerprint")),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name != "sqlite":
        # Hashes do not shrink: trying to compress them only takes time.
        for column in ("entities", "values"):
            op.execute(f'ALTER TABLE fingerprint_page ALTER COLUMN "{column}" SET STORAGE EXTERNAL')
    make_forgetting_functions()
    for table in _FINGERPRINTS:
        watch_fingerprints(table)


def downgrade() -> None:
    for table in _FINGERPRINTS:
        unwatch_fingerprints(table)
    drop_forgetting_functions()
    op.drop_table("fingerprint_page")
