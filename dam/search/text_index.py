"""The index of full texts that the database keeps, asked in its own words."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from dam.search.text_terms import Term

_PARTS = 65536
"""Numbers of parts in the number of a row on SQLite."""


@dataclass(frozen=True)
class Hit:
    """A document in which all terms stand; a better one has a higher score."""

    entity: int
    score: float


def search_index(session: Session, terms: Sequence[Term], limit: int | None) -> tuple[list[Hit], int]:
    """Return the documents that have all terms, best first, and how many there are beyond any limit.

    A document counts for each term as much as that part of it in which the term weighs most.
    """
    names = range(len(terms))
    matches = ", ".join(f"t{name} AS {_matches(session, name)}" for name in names)
    best = " UNION ALL ".join(
        f"SELECT entity_id, max(score) AS score FROM t{name} GROUP BY entity_id"  # noqa: S608  a number
        for name in names
    )
    statement = text(
        f"WITH {matches} SELECT entity_id, sum(score) AS total, count(*) OVER () AS found "  # noqa: S608
        f"FROM ({best}) AS best GROUP BY entity_id HAVING count(*) = :terms "
        "ORDER BY total DESC, entity_id LIMIT :most"
    )
    most = {"terms": len(terms), "most": (1 << 62) if limit is None else limit}
    rows = session.execute(statement, {**_asked(session, terms), **most}).all()
    return [Hit(entity, score) for entity, score, _ in rows], rows[0].found if rows else 0


def best_part(session: Session, terms: Sequence[Term], entity: int) -> int | None:
    """Return the part of a document in which most of the terms stand, and weigh most."""
    parts = " UNION ALL ".join(
        f"SELECT part, score FROM {_matches(session, name, only=True)} AS t{name}"  # noqa: S608
        for name in range(len(terms))
    )
    statement = text(
        f"SELECT part FROM ({parts}) AS parts GROUP BY part "  # noqa: S608
        "ORDER BY count(*) DESC, sum(score) DESC, part LIMIT 1"
    )
    part: int | None = session.scalar(statement, {**_asked(session, terms), "entity": entity})
    return part


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _matches(session: Session, name: int, *, only: bool = False) -> str:
    """Return a select of the parts that have a term, with how much it weighs there."""
    if _is_sqlite(session):
        where = f" AND rowid >= :entity * {_PARTS} AND rowid < (:entity + 1) * {_PARTS}" if only else ""
        # Without a limit SQLite would move the rank to where it cannot be computed.
        return (
            f"(SELECT rowid / {_PARTS} AS entity_id, rowid % {_PARTS} AS part, -rank AS score "  # noqa: S608
            f"FROM document_index WHERE document_index MATCH :q{name}{where} LIMIT -1)"
        )
    where = " AND entity_id = :entity" if only else ""
    return (
        f"(SELECT entity_id, part, ts_rank(words, q, 1) AS score "  # noqa: S608
        f"FROM document_index, to_tsquery('simple', CAST(:q{name} AS text)) AS q WHERE words @@ q{where})"
    )


def _asked(session: Session, terms: Sequence[Term]) -> dict[str, str]:
    write = _for_sqlite if _is_sqlite(session) else _for_postgresql
    return {f"q{name}": write(term) for name, term in enumerate(terms)}


def _for_sqlite(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.is_open else "")


def _for_postgresql(term: Term) -> str:
    # Words are letters and digits alone, so that nothing in them needs a mark before it.
    return " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.is_open else "")
