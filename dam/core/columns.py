"""Column types that mean the same on SQLite and on PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, Integer, LargeBinary
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

from dam.errors import IntegrityError

_HALF = 1 << 63
_FULL = 1 << 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RowId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; on SQLite INTEGER, so that a single-column key is the rowid itself."""


class Document(TypeDecorator[Any]):
    """JSON that can be searched in: on PostgreSQL JSONB, which forgets the order of keys."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the database; importing PostgreSQL's takes 60 ms, so only it does."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        """Let keys and places in lists be what JSON takes them for."""
        return self.impl_instance.coerce_compared_value(op, value)


class Unsigned64(TypeDecorator[int]):
    """An integer in 0..2**64-1, kept as a signed BIGINT by two's complement."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Return the signed integer for `value`; raise ValueError outside 64 bits."""
        if value is None:
            return None
        if not 0 <= value < _FULL:
            raise ValueError(f"not an unsigned 64-bit integer: {value}")
        return value - _FULL if value >= _HALF else value

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Return the unsigned integer that was stored; raise IntegrityError for what is none."""
        return None if value is None else _whole(value) % _FULL


class Hash64(Unsigned64):
    """A 64-bit hash, shown as 16 hex digits."""

    cache_ok = True


class Name(TypeDecorator[bytes]):
    """A file name or path as the bytes the file system gave: it need not be UTF-8."""

    impl = LargeBinary
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bytes | None]:
        """Return what gives back the bytes that were stored, and raises IntegrityError for what is none."""
        return _bytes_or_none


class Timestamp(TypeDecorator[datetime]):
    """A moment in UTC, kept as microseconds since 1970 in a BIGINT."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return microseconds; raise ValueError for a moment without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a timestamp needs a time zone: {value}")
        return (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the moment as an aware datetime in UTC; raise IntegrityError for what is none."""
        return None if value is None else moment_of(value)


def moment_of(value: object) -> datetime:
    """Return the moment that microseconds since 1970 mean; raise IntegrityError for what is none."""
    try:
        return EPOCH + timedelta(microseconds=_whole(value))
    except OverflowError:
        raise damaged(value, "a moment") from None


def _whole(value: object) -> int:
    # SQLite keeps what it is given, whatever the column is for.
    if not isinstance(value, int):
        raise damaged(value, "a number")
    return value


def bytes_of(value: object) -> bytes:
    """Return the bytes that were stored; raise IntegrityError for what is none."""
    if isinstance(value, bytes | memoryview | bytearray):
        return bytes(value)
    raise damaged(value, "bytes")


def _bytes_or_none(value: object) -> bytes | None:
    return None if value is None else bytes_of(value)


def damaged(value: object, wanted: str) -> IntegrityError:
    """Return the error for a stored value that is not what its column is for."""
    return IntegrityError(f"damaged row: {repr(value)[:40]} where {wanted} should be")


class WallTime(TypeDecorator[datetime]):
    """What a clock on some wall shows, of no time zone, kept as microseconds since 1970 by that clock."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return microseconds; raise ValueError for a moment with a time zone."""
        if value is None:
            return None
        if value.tzinfo is not None:
            raise ValueError(f"the time on a wall has no time zone: {value}")
        return (value - EPOCH.replace(tzinfo=None)) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the time as a datetime without a zone."""
        return None if value is None else EPOCH.replace(tzinfo=None) + timedelta(microseconds=int(value))


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
