"""What a migration that makes a fingerprint's table says besides."""

from alembic import op


def watch_fingerprints(table: str) -> None:
    """Let the database delete the packed pages of a fingerprint's table as soon as they are not true.

    Without it a fingerprint is never packed: answers are the same, and take longer.
    """
    if op.get_bind().dialect.name == "sqlite":
        for event, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
            forgets = "".join(_FORGET_ON_SQLITE.format(table=table, row=row) for row in rows)
            op.execute(
                f"CREATE TRIGGER packed_{table}_{event} AFTER {event.upper()} ON {table} BEGIN{forgets} END"
            )
        return
    for event, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
        changed = " ".join(f"{row} TABLE AS {row.lower()}_rows" for row in rows)
        op.execute(
            f"CREATE TRIGGER packed_{table}_{event} AFTER {event.upper()} ON {table} REFERENCING {changed} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION forget_packed_{event}()"
        )
    op.execute(
        f"CREATE TRIGGER packed_{table}_truncate AFTER TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION forget_packed_truncate()"
    )


def make_forgetting_functions() -> None:
    """Make the functions that PostgreSQL's triggers call; SQLite has its own in every trigger."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for event, rows in (("insert", ("new",)), ("update", ("old", "new")), ("delete", ("old",))):
        forgets = "".join(_FORGET_ON_POSTGRESQL.format(row=row) for row in rows)
        op.execute(_FUNCTION.format(event=event, body=forgets))
    op.execute(
        _FUNCTION.format(
            event="truncate", body="DELETE FROM fingerprint_page WHERE fingerprint = TG_TABLE_NAME;"
        )
    )


def drop_forgetting_functions() -> None:
    """Take the functions away again."""
    if op.get_bind().dialect.name != "sqlite":
        for event in ("insert", "update", "delete", "truncate"):
            op.execute(f"DROP FUNCTION forget_packed_{event}()")


def unwatch_fingerprints(table: str) -> None:
    """Take away what `watch_fingerprints` made."""
    on = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
    events = ["insert", "update", "delete"] if not on else ["insert", "update", "delete", "truncate"]
    for event in events:
        op.execute(f"DROP TRIGGER packed_{table}_{event}{on}")


_FORGET_ON_SQLITE = (
    " DELETE FROM fingerprint_page WHERE fingerprint = '{table}'"
    " AND upto >= {row}.entity_id AND after < {row}.entity_id;"
)
_FORGET_ON_POSTGRESQL = """
    DELETE FROM fingerprint_page USING {row}_rows
    WHERE fingerprint_page.fingerprint = TG_TABLE_NAME
      AND fingerprint_page.upto >= {row}_rows.entity_id
      AND fingerprint_page.after < {row}_rows.entity_id;"""
_FUNCTION = """CREATE FUNCTION forget_packed_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {body}
    RETURN NULL;
END $$"""
