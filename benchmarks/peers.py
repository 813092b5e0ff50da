"""Dedicated tools that find duplicates: they write no library, so that they should be far cheaper.

Programs are called if they are on the PATH. Python packages live in an environment of their own, which
`python -m benchmarks.peers` makes; with `--heavy` also imagededup, which brings torch along.
"""

import argparse
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.usage import Usage, usage_of
from benchmarks.workshop import Workshop, default_folder

_CZKAWKA = """
import sys
from pathlib import Path
from czkawka import ImageSimilarity
finder = ImageSimilarity()
finder.set_directories([Path(sys.argv[1])])
finder.set_similarity(5)
finder.find_similar()
"""
_IMAGEDEDUP = """
import sys
from imagededup.methods import PHash
if __name__ == "__main__":
    PHash(verbose=False).encode_images(image_dir=sys.argv[1], recursive=True)
"""


@dataclass(frozen=True)
class Peer:
    """A tool and how it is called."""

    name: str
    command: Callable[[Path, Path], list[str | Path]]
    """The command for the peers' Python and a folder."""
    only_pictures: bool
    installed: Callable[[Path], bool]

    def usage(self, workshop: Workshop, source: Path, *, memory: bool = False) -> Usage:
        """Run it with an empty home, so that it remembers nothing of an earlier run."""
        home = workshop.new(f"home of {self.name}")
        home.mkdir()
        settings = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
        command = self.command(peers_python(workshop.folder), source)
        return usage_of(*command, settings=settings, memory=memory)


def _on_path(program: str) -> Callable[[Path], bool]:
    return lambda folder: shutil.which(program) is not None


def _importable(module: str) -> Callable[[Path], bool]:
    def check(folder: Path) -> bool:
        return any(folder.glob(f"peers/lib/python*/site-packages/{module}"))

    return check


PEERS = (
    Peer(
        "rdfind",
        lambda python, source: ["rdfind", "-dryrun", "true", "-makeresultsfile", "false", source],
        False,
        _on_path("rdfind"),
    ),
    Peer("jdupes", lambda python, source: ["jdupes", "-r", "-q", "-m", source], False, _on_path("jdupes")),
    Peer(
        "findimagedupes",
        lambda python, source: ["findimagedupes", "-R", "-q", "--", source],
        True,
        _on_path("findimagedupes"),
    ),
    Peer("czkawka", lambda python, source: [python, "-c", _CZKAWKA, source], True, _importable("czkawka")),
    Peer(
        "imagededup",
        lambda python, source: [python, "-c", _IMAGEDEDUP, source],
        True,
        _importable("imagededup"),
    ),
)
SEARCHERS = ("numpy", "faiss-cpu", "pybktree")
"""Packages that `search_peers` asks."""


def install(folder: Path, packages: list[str]) -> bool:
    """Install packages into the peers' environment; tell whether all could be installed."""
    if not peers_python(folder).exists():
        venv.create(folder / "peers", with_pip=True)
    installed = [
        _succeeds(peers_python(folder), "-m", "pip", "install", "--quiet", package) for package in packages
    ]
    return all(installed)


def _succeeds(*command: str | Path) -> bool:
    return subprocess.run(command, check=False).returncode == 0


def peers_python(folder: Path) -> Path:
    """Return the Python of the peers' environment, which may not be there."""
    return folder / "peers" / "bin" / "python"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description="Install the peers.")
    parser.add_argument("--folder", type=Path, default=default_folder(), help="[%(default)s]")
    parser.add_argument("--heavy", action="store_true", help="also those that bring gigabytes along")
    options = parser.parse_args()
    wanted = ["czkawka", *SEARCHERS, *(["imagededup"] if options.heavy else [])]
    sys.exit(0 if install(options.folder, wanted) else 1)
