"""Settings: defaults, overridden by `.env`, by the environment and by arguments, in that order."""

import os
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dam.errors import UsageError

LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
]

ENV_FILE = ".env"
"""Read in the current folder."""


class Settings(BaseSettings):
    """Where the library is, and how the program works on it."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", populate_by_name=True
    )

    database_url: str = Field(default="sqlite:///./dam.db", validation_alias="DATABASE_URL")
    store: str = Field(default="./dam-store", validation_alias="DAM_STORE")
    log_level: LogLevel = Field(default="WARNING", validation_alias="DAM_LOG_LEVEL")
    workers: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)), ge=0, le=1024, validation_alias="DAM_WORKERS"
    )
    """Worker processes; 0 runs systems in the program itself, uncontained."""
    visit_timeout: float = Field(default=120.0, gt=0, le=30 * 86400, validation_alias="DAM_VISIT_TIMEOUT")
    """Seconds that a worker may spend on one file."""
    worker_memory: int = Field(default=3072, ge=256, le=1 << 33, validation_alias="DAM_WORKER_MEMORY")
    """MiB of address space that a worker may use."""
    archive_depth: int = Field(default=3, ge=0, le=32, validation_alias="DAM_ARCHIVE_DEPTH")
    """Archives within archives that are expanded; 0 expands none."""
    archive_members: int = Field(default=100_000, ge=1, le=1 << 40, validation_alias="DAM_ARCHIVE_MEMBERS")
    """Files that are taken out of one archive and those in it."""
    archive_size: int = Field(default=65_536, ge=1, le=1 << 40, validation_alias="DAM_ARCHIVE_SIZE")
    """MiB that are unpacked of one archive and those in it."""
    archive_ratio: int = Field(default=200, ge=1, le=1 << 30, validation_alias="DAM_ARCHIVE_RATIO")
    """How many times its own size is unpacked of one archive and those in it, if that is over 64 MiB."""
    busy_timeout: float = Field(default=15.0, ge=0, validation_alias="DAM_BUSY_TIMEOUT")
    """Seconds to wait for a locked database."""

    @field_validator("store")
    @classmethod
    def _is_somewhere(cls, store: str) -> str:
        # No `min_length`: with it pydantic refuses names that are not UTF-8.
        if not store or "\0" in store:
            raise ValueError("it names no folder")
        return store


def load_settings(**overrides: object) -> Settings:
    """Return the settings in force here; raises UsageError naming the one that is wrong."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        if name in Settings.model_fields:
            name = str(Settings.model_fields[name].validation_alias)
        reason = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"bad setting: {name}: {reason[:1].lower()}{reason[1:]}") from None
    except UnicodeDecodeError:
        raise UsageError("bad setting: .env: not UTF-8") from None
