"""Libraries that the tests of the commands start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import write
from tests.commands.faulty import install_faulty
from tests.commands.permissions import UNPRIVILEGED


@pytest.fixture
def library(dam: CommandInProcess, library_environment: pytest.MonkeyPatch) -> CommandInProcess:
    """The command line on a library that is set up and empty; systems run in this process."""
    library_environment.setenv("DAM_WORKERS", "0")
    assert dam("setup-db").exit_code == 0
    return dam


@pytest.fixture
def program(library: CommandInProcess, dam_process: CommandProcess) -> CommandProcess:
    """The program in processes of its own, on the same library as `library`."""
    return dam_process


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A folder with a photo, a smaller copy of it, another photo and a text."""
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "lake.jpg").write_bytes(encoded(photo(1), quality=90))
    (folder / "lake-small.png").write_bytes(encoded(photo(1).resize((160, 120)), "PNG"))
    (folder / "hill.png").write_bytes(encoded(photo(2), "PNG"))
    (folder / "notes.txt").write_bytes(b"the lake, then the hill\n")
    return folder


@pytest.fixture
def filled(library: CommandInProcess, media: Path) -> CommandInProcess:
    """The command line on a library that holds the files of `media`."""
    added = library("add-asset", "-r", media)
    assert added.exit_code == 0, added.stderr
    return library


@pytest.fixture
def unprivileged(library: CommandInProcess, database_kind: str) -> Iterator[CommandProcess]:
    """The program in processes for which permission bits count, on the same library as `library`."""
    if database_kind != "sqlite":
        pytest.skip("the test server's socket is closed to them as well")
    command = CommandProcess(wrapper=UNPRIVILEGED)
    yield command
    command.end_all()


@pytest.fixture
def folder(library: CommandInProcess, tmp_path: Path) -> Path:
    """A folder with four files that the library has."""
    folder = tmp_path / "files"
    for name in ("a", "b", "c", "inner/d"):
        write(folder / name, name[-1:].encode() * 10)
    assert library("add-asset", "-r", folder).exit_code == 0
    return folder


@pytest.fixture
def plugged(
    dam_process: CommandProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path
) -> CommandProcess:
    """The program with the faulty plugin, two workers and little memory."""
    install_faulty(tmp_path / "plugins", library_environment)
    library_environment.setenv("DAM_WORKERS", "2")
    library_environment.setenv("DAM_WORKER_MEMORY", "768")
    made = dam_process("setup-db")
    assert made.exit_code == 0, made.stderr
    return dam_process
