"""Helpers of the tests that look at databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from dam.core.component import Base, Entity
from dam.core.database import Database


def count(database: Database, table: type[Base] = Entity) -> int:
    """Return the number of rows, read in a transaction of its own."""
    with database.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def both(*functions: Callable[[], object]) -> None:
    """Run the functions at the same time, and raise what any of them raises."""
    with ThreadPoolExecutor(len(functions)) as threads:
        for running in [threads.submit(function) for function in functions]:
            running.result()
