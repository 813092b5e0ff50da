"""Documents: what they are, their text with its index, and what they are found by.

Revision: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from dam.migrations.text_index import drop_text_index, make_text_index

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLES = (
    "document",
    "document_properties",
    "document_preview",
    "document_statistics",
    "document_text",
    "document_words",
    "document_fingerprint",
    "document_band",
    "document_shingle",
)


def upgrade() -> None:
    _create("document", sa.Column("media_type", sa.String(), nullable=False))
    _create(
        "document_properties",
        sa.Column("pages", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=True),
        sa.Column("modified", sa.BigInteger(), nullable=True),
        sa.Column("page_width", sa.Double(), nullable=True),
        sa.Column("page_height", sa.Double(), nullable=True),
        sa.CheckConstraint("pages >= 0", name=op.f("ck_document_properties_pages_count")),
    )
    _create(
        "document_preview",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_document_preview_digest_length")),
        sa.CheckConstraint(
            "width > 0 AND height > 0 AND size > 0", name=op.f("ck_document_preview_positive")
        ),
    )
    _create(
        "document_statistics",
        sa.Column("words", sa.BigInteger(), nullable=False),
        sa.Column("characters", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
    )
    _create_texts()
    _create_fingerprints()


def _create_texts() -> None:
    for table, column in (("document_text", "text"), ("document_words", "words")):
        _create(
            table,
            sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
            sa.Column(column, sa.Text(), nullable=False),
            key=("part",),
        )
    make_text_index()


def _create_fingerprints() -> None:
    _create(
        "document_fingerprint",
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("shingles", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(value) = 512", name=op.f("ck_document_fingerprint_value_length")),
    )
    _create(
        "document_band",
        sa.Column("band", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        key=("band",),
        sqlite_with_rowid=False,
    )
    _create(
        "document_shingle",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        key=("hash",),
        sqlite_with_rowid=False,
    )
    for table in ("document_band", "document_shingle"):
        op.create_index(f"ix_{table}_hash", table, ["hash", "entity_id"])


def _create(
    table: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...] = (), sqlite_with_rowid: bool = True
) -> None:
    op.create_table(
        table,
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f(f"fk_{table}_entity_id_entity"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entity_id", *key, name=op.f(f"pk_{table}")),
        **({} if sqlite_with_rowid else {"sqlite_with_rowid": False}),
    )


def downgrade() -> None:
    drop_text_index()
    for table in reversed(_TABLES):
        op.drop_table(table)
