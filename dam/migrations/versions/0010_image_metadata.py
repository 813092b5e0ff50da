"""What pictures say about themselves: EXIF, IPTC and XMP.

Revision: 0010
Revises: 0009
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INDEXES = {
    "camera": "name",
    "capture_time": "local",
    "gps_position": "latitude",
    "image_keyword": "keyword",
    "lens": "model",
}


def upgrade() -> None:
    _create_facts_of_the_camera()
    _create_texts()
    document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    _create("image_metadata", sa.Column("record", document, nullable=False))
    for table, column in _INDEXES.items():
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _create_facts_of_the_camera() -> None:
    _create(
        "capture_time",
        sa.Column("local", sa.BigInteger(), nullable=False),
        sa.Column("precision", sa.String(), nullable=False),
        sa.Column("offset_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("utc", sa.BigInteger(), nullable=True),
        _source(),
        sa.Column("field", sa.String(), nullable=False),
    )
    _create(
        "camera",
        sa.Column("make", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        _source(),
    )
    _create(
        "lens",
        sa.Column("make", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("shortest", sa.Double(), nullable=True),
        sa.Column("longest", sa.Double(), nullable=True),
        sa.Column("aperture_at_shortest", sa.Double(), nullable=True),
        sa.Column("aperture_at_longest", sa.Double(), nullable=True),
        _source(),
    )
    _create(
        "exposure",
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("aperture", sa.Double(), nullable=True),
        sa.Column("iso", sa.BigInteger(), nullable=True),
        sa.Column("focal_length", sa.Double(), nullable=True),
        sa.Column("focal_length_35mm", sa.Double(), nullable=True),
        _source(),
    )
    _create(
        "gps_position",
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("altitude", sa.Double(), nullable=True),
        sa.Column("time", sa.BigInteger(), nullable=True),
        _source(),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            name=op.f("ck_gps_position_on_earth"),
        ),
    )
    _create(
        "stored_orientation",
        sa.Column("value", sa.SmallInteger(), nullable=False),
        _source(),
        sa.CheckConstraint("value BETWEEN 1 AND 8", name=op.f("ck_stored_orientation_known")),
    )


def _create_texts() -> None:
    for table in ("image_title", "image_caption", "image_copyright"):
        _create(table, sa.Column("text", sa.Text(), nullable=False), _source())
    _create(
        "image_rating",
        sa.Column("stars", sa.Double(), nullable=False),
        _source(),
        sa.CheckConstraint("stars BETWEEN -1 AND 5", name=op.f("ck_image_rating_stars_range")),
    )
    position = sa.Column("position", sa.Integer(), autoincrement=False, nullable=False)
    name = sa.Column("name", sa.Text(), nullable=False)
    _create("image_creator", position, name, _source(), key=("position",))
    keyword = sa.Column("keyword", sa.String(length=255), nullable=False)
    _create("image_keyword", keyword, _source(), key=("keyword",))


def _source() -> sa.Column[Any]:
    return sa.Column("source", sa.String(), nullable=False)


def _create(table: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...] = ()) -> None:
    op.create_table(
        table,
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f(f"fk_{table}_entity_id_entity"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entity_id", *key, name=op.f(f"pk_{table}")),
        **({"sqlite_with_rowid": False} if key else {}),
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


_TABLES = (
    "capture_time",
    "camera",
    "lens",
    "exposure",
    "gps_position",
    "stored_orientation",
    "image_title",
    "image_caption",
    "image_copyright",
    "image_rating",
    "image_creator",
    "image_keyword",
    "image_metadata",
)
