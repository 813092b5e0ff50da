"""Sidecars: which files are some, what they say about themselves, and labels.

Revision: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_CLOSED = sa.text("closed_at IS NOT NULL")


def upgrade() -> None:
    _create("xmp_sidecar", sa.Column("media_type", sa.String(), nullable=False))
    _create(
        "sidecar_properties",
        sa.Column("properties", sa.Integer(), nullable=False),
        sa.Column("program", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
    )
    _create(
        "image_label",
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
    )
    op.create_index("ix_image_label_label", "image_label", ["label"])
    op.create_index(
        "ix_file_location_closed_together",
        "file_location",
        ["directory_id", "closed_at"],
        sqlite_where=_CLOSED,
        postgresql_where=_CLOSED,
    )


def _create(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f(f"fk_{table}_entity_id_entity"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entity_id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    op.drop_index("ix_file_location_closed_together", "file_location")
    for table in ("image_label", "sidecar_properties", "xmp_sidecar"):
        op.drop_table(table)
