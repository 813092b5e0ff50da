"""What every command does first: settings, logging, and opening the library."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dam.core.config import Settings, load_settings
from dam.errors import UsageError
from dam.library import Library


def prepare(**overrides: object) -> Settings:
    """Return the settings in force, with logging to stderr set up as they say."""
    _require_a_folder()
    settings = load_settings(**overrides)
    # A log that cannot be written must not end in a traceback.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger()
    for old in logger.handlers[:]:
        if getattr(old, "from_dam", False):
            logger.removeHandler(old)
    handler.from_dam = True  # type: ignore[attr-defined]
    logger.addHandler(handler)
    logging.getLogger("dam").setLevel(settings.log_level)
    logging.getLogger("alembic").setLevel(settings.log_level)
    return settings


def _require_a_folder() -> None:
    """Raise UsageError if the current folder is gone: no relative path means anything then."""
    try:
        os.getcwd()
    except OSError:
        raise UsageError(
            "cannot work here: the current folder was deleted", hint="go to another folder"
        ) from None


@contextmanager
def open_library(**overrides: object) -> Iterator[Library]:
    """Give the library of the settings for the length of a command; arguments come before settings."""
    with Library.open(prepare(**overrides)) as library:
        yield library
