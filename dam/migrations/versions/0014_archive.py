"""Archives: which files are some, what is in them, and how far that was looked at.

Revision: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "archive",
        sa.Column("entity_id", _ROW_ID, nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_archive_entity_id_entity"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_archive")),
    )
    op.create_table(
        "archive_expansion",
        sa.Column("entity_id", _ROW_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outermost_id", _ROW_ID, nullable=False),
        sa.Column("copies", sa.Boolean(), nullable=False),
        sa.Column("position", _ROW_ID, nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("unpacked", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entity_id"],
            ["entity.id"],
            name=op.f("fk_archive_expansion_entity_id_entity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_archive_expansion")),
    )
    op.create_index("ix_archive_expansion_outermost_id", "archive_expansion", ["outermost_id"])
    op.create_table(
        "member_location",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("entity_id", _ROW_ID, nullable=False),
        sa.Column("container_id", _ROW_ID, nullable=False),
        sa.Column("position", _ROW_ID, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["container_id"],
            ["entity.id"],
            name=op.f("fk_member_location_container_id_entity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"],
            ["entity.id"],
            name=op.f("fk_member_location_entity_id_entity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_location")),
        sa.UniqueConstraint("container_id", "position", name=op.f("uq_member_location_container_id")),
    )
    op.create_index("ix_member_location_entity_id", "member_location", ["entity_id"])


def downgrade() -> None:
    op.drop_table("member_location")
    op.drop_table("archive_expansion")
    op.drop_table("archive")
