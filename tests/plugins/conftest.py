"""What tests of plugins may ask for."""

from pathlib import Path

import pytest

from tests.command_line import CommandProcess
from tests.plugins.packages import Packages


@pytest.fixture
def packages(tmp_path: Path, library_environment: pytest.MonkeyPatch) -> Packages:
    """A folder in which Python looks for packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    library_environment.setenv("PYTHONPATH", str(folder))
    library_environment.setenv("DAM_WORKERS", "1")
    return Packages(folder)


@pytest.fixture
def dam_with_plugins(packages: Packages, dam_process: CommandProcess) -> CommandProcess:
    """The installed program, which sees the packages, with a library and three files to add."""
    for number in (1, 2, 3):
        Path(f"sheet{number}").write_bytes(b"SHEET\n" * number)
    Path("plain").write_bytes(b"something else")
    return dam_process
