"""The index of full texts, which triggers keep to the words of documents.

It is no table that a class could describe: on SQLite one of FTS5, which keeps no copy of the words; on
PostgreSQL one of vectors. Words come as they are to be found, so that neither changes them any more.
"""

from alembic import op

PARTS = 65536
"""Numbers of parts that the number of a row on SQLite has room for: entity * PARTS + part."""


def make_text_index() -> None:
    """Make the index, and the triggers on `document_words`."""
    for statement in _ON_SQLITE if _is_sqlite() else _ON_POSTGRESQL:
        op.execute(statement)


def drop_text_index() -> None:
    """Take the triggers and the index away again."""
    on = "" if _is_sqlite() else " ON document_words"
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER document_index_{event}{on}")
    if not _is_sqlite():
        op.execute("DROP TRIGGER document_index_truncate ON document_words")
        op.execute("DROP FUNCTION keep_document_index()")
    op.execute("DROP TABLE document_index")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


_ADD = f"INSERT INTO document_index (rowid, words) VALUES (NEW.entity_id * {PARTS} + NEW.part, NEW.words);"  # noqa: S608
_REMOVE = (
    "INSERT INTO document_index (document_index, rowid, words) "  # noqa: S608
    f"VALUES ('delete', OLD.entity_id * {PARTS} + OLD.part, OLD.words);"
)
_ON_SQLITE = (
    # This tokenizer leaves everything alone that is not ASCII.
    "CREATE VIRTUAL TABLE document_index USING fts5(words, content = '', tokenize = 'ascii')",
    f"CREATE TRIGGER document_index_insert AFTER INSERT ON document_words BEGIN {_ADD} END",
    f"CREATE TRIGGER document_index_update AFTER UPDATE ON document_words BEGIN {_REMOVE} {_ADD} END",
    f"CREATE TRIGGER document_index_delete AFTER DELETE ON document_words BEGIN {_REMOVE} END",
)

_ON_POSTGRESQL = (
    """CREATE TABLE document_index (
    entity_id bigint NOT NULL,
    part smallint NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (entity_id, part)
)""",
    "CREATE INDEX document_index_words ON document_index USING gin (words)",
    """CREATE FUNCTION keep_document_index() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM document_index;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM document_index WHERE entity_id = OLD.entity_id AND part = OLD.part;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO document_index VALUES (NEW.entity_id, NEW.part, to_tsvector('simple', NEW.words));
    END IF;
    RETURN NULL;
END $$""",
    *(
        f"CREATE TRIGGER document_index_{event} AFTER {event.upper()} ON document_words "
        f"FOR EACH {level} EXECUTE FUNCTION keep_document_index()"
        for event, level in (
            ("insert", "ROW"),
            ("update", "ROW"),
            ("delete", "ROW"),
            ("truncate", "STATEMENT"),
        )
    ),
)
