"""Pages and frames of pictures, their colours, and what other files are.

Revision: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


_COLOURS = ("black", "grey", "white", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")


def upgrade() -> None:
    _create(
        "image_frames",
        sa.Column("frames", sa.BigInteger(), nullable=False),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.CheckConstraint("frames > 1", name=op.f("ck_image_frames_several")),
    )
    _create(
        "image_colours",
        sa.Column("dominant", sa.String(), nullable=False),
        sa.Column("palette", sa.String(), nullable=False),
        *(sa.Column(colour, sa.SmallInteger(), nullable=False) for colour in _COLOURS),
    )
    op.create_index(op.f("ix_image_colours_dominant"), "image_colours", ["dominant"])
    _create("other_file", sa.Column("media_type", sa.String(), nullable=False))


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
    op.drop_table("other_file")
    op.drop_table("image_colours")
    op.drop_table("image_frames")
