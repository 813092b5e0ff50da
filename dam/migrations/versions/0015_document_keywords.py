"""Documents: the keywords that they say of themselves.

Revision: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_keyword",
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("keyword", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"],
            ["entity.id"],
            name=op.f("fk_document_keyword_entity_id_entity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entity_id", "keyword", name=op.f("pk_document_keyword")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_document_keyword_keyword"), "document_keyword", ["keyword"])


def downgrade() -> None:
    op.drop_table("document_keyword")
