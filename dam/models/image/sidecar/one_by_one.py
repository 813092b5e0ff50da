"""A join that both databases make row by row, by an index, where PostgreSQL would compare all with all."""

from itertools import permutations
from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class joined_one_by_one(FunctionElement[bool]):  # noqa: N801 - it is used as a function
    """The condition `on` of a join, given with the number of the row sought and a subquery that finds it.

    For a range of names in one folder PostgreSQL expects so many rows that it prefers to compare every name
    with every other one; SQLite does what it is told only if it is told nothing but the condition.
    """

    type = Boolean()
    name = "joined_one_by_one"
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Stay what it is: as a truth value to be compared with 1, SQLite could not look into it."""
        return self


@compiles(joined_one_by_one)
def _joined(element: Any, compiler: Any, **options: Any) -> str:
    on, _, _ = element.clauses
    return str(compiler.process(on, **options))


@compiles(joined_one_by_one, "postgresql")
def _joined_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    on, number, found = element.clauses
    if linter := options.get("from_linter"):
        linter.edges.update(permutations(on._from_objects, 2))
    sought, among = compiler.process(number, **options), compiler.process(found, **options)
    return f"{sought} = ANY (ARRAY{among})"
