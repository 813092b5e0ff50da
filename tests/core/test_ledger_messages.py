"""Whatever an exception says, the ledger can keep it, on both databases."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from dam.core.component import Entity
from dam.core.database import Database
from dam.core.ledger import Outcome, read_entries, write_runs
from dam.core.system import System
from dam.core.visit import MESSAGE_LIMIT, Rows, Task, visit
from dam.models.file_properties_component import FilePropertiesComponent

MESSAGES = {
    "a NUL": "before\0after",
    "nothing but NULs": "\0" * 50,
    "a lone surrogate": "cannot read: a\udcffb",
    "half a pair": "\ud83d",
    "very much": "long " * 20_000,
    "NULs at the limit": "\0" * 100_000,
    "beyond the basic plane": "\U0001f4a5" * 3000,
    "nothing": "",
    "lines": "one\ntwo\r\n\tthree",
}


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with closing(Database(database_url)) as database, database.write() as opened:
        yield opened


@pytest.mark.parametrize("name", MESSAGES)
def test_a_failure_is_recorded_whatever_its_message(session: Session, name: str) -> None:
    def fail(properties: FilePropertiesComponent) -> FilePropertiesComponent:
        raise ValueError(MESSAGES[name])

    system = System(fail, version=1, name="tests.fail")
    entity = session.execute(insert(Entity).returning(Entity.id)).scalar_one()
    rows: Rows = {FilePropertiesComponent: [{"size": 0, "original_name": b""}]}
    result = visit(Task(entity_id=entity, systems=(system,), rows=rows))
    write_runs(session, [(entity, run) for run in result.runs])
    entry = read_entries(session, [entity])[entity]["tests.fail"]
    assert entry.outcome is Outcome.FAILED
    assert entry.message
    assert len(entry.message) <= MESSAGE_LIMIT
    assert "\n" not in entry.message
