"""DATABASE_URL: what is accepted, what is refused, and that no password is ever shown."""

import pytest

from dam.core.database import describe, parse_url
from dam.errors import UsageError


@pytest.mark.parametrize(
    ("url", "driver", "shown"),
    [
        ("sqlite:///./dam.db", "sqlite+pysqlite", "dam.db"),
        ("sqlite:////var/dam 1.db", "sqlite+pysqlite", "/var/dam 1.db"),
        ("postgresql://host/dam", "postgresql+psycopg", "postgresql+psycopg://host/dam"),
        ("postgres://host/dam", "postgresql+psycopg", "postgresql+psycopg://host/dam"),
        ("postgresql+asyncpg://host/dam", "postgresql+psycopg", "postgresql+psycopg://host/dam"),
    ],
)
def test_usual_urls_get_the_driver_that_dam_works_with(url: str, driver: str, shown: str) -> None:
    assert parse_url(url).drivername == driver
    assert describe(parse_url(url)) == shown


@pytest.mark.parametrize(
    "url",
    [
        "",
        "dam.db",
        "postgresql://host:port/dam",
        "postgresql://[::1/dam",
        "postgresql://user:se@cret@host/dam",
        "mysql://host/dam",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://dam.db",
        "sqlite://folder/dam.db",
        "sqlite:///dam%00.db",
    ],
)
def test_a_url_that_makes_no_sense_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match=r"^bad setting: DATABASE_URL: ") as refused:
        parse_url(url)
    assert "cret" not in refused.value.message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:secret@host/dam",
        "postgresql://host/dam?password=secret",
        "postgresql://host/dam?sslpassword=secret&user=me",
        "postgresql://user:s%40ecret@host/dam",
    ],
)
def test_a_password_is_never_shown(url: str) -> None:
    assert "secret" not in describe(parse_url(url))
    assert "host/dam" in describe(parse_url(url))
