"""A library whose disks come and go: run in mounts of its own, it prints what came of it.

`python -m tests.scan.scanned_mounts SCENARIO LIBRARY MOUNT` expects a fresh library and an empty folder.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.commands.facts import write
from tests.durability.scratch_library import PROGRAM, ScratchLibrary


class Disks:
    """The library, the mount point, and what can be done with both."""

    def __init__(self, library: Path, mount: Path) -> None:
        self.library = ScratchLibrary(library)
        self.mount = mount
        self.reports: dict[str, Any] = {}

    def put_in(self, path: Path, kind: str = "tmpfs", *names: str) -> None:
        """Mount a new file system with some files on it."""
        path.mkdir(exist_ok=True)
        run("mount", "-t", kind, kind, path)
        for name in names:
            write(path / name, os.fsencode(path / name))

    def add(self, path: Path) -> None:
        """Add what is on a disk, only registering it: then there is no other copy."""
        added = self.library.run([PROGRAM, "add-asset", "--no-copy", "-r", path])
        assert added.exit_code == 0, added

    def scan(self, name: str, *paths: Path) -> None:
        """Scan with the program and keep what it said, with the state of every place afterwards."""
        result = self.library.run([PROGRAM, "scan", "--json", *paths])
        assert "Traceback" not in result.stderr
        *places, last = result.json
        self.reports[name] = {
            "exit_code": result.exit_code,
            "statuses": {os.path.relpath(p["path"], self.mount): p["status"] for p in places},
            "present": last["summary"]["present"],
            "reasons": sorted({place["reason"] for place in places if place["reason"]}),
            "hints": sorted({place["hint"] for place in places if place["hint"]}),
            "states": self.states(),
        }

    def states(self) -> dict[str, str]:
        """Return the state of every place, closed ones included."""
        from dam.library import Library

        with Library.open(self.library.settings()) as library:
            entities = range(1, library.status().entities + 1)
            return {
                os.path.relpath(os.fsdecode(place.path), self.mount): place.row.state
                + (", closed" if place.row.closed_at else "")
                for asset in library.assets(entities)
                for place in asset.locations
            }


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)


def unmounted(disks: Disks) -> None:
    disks.put_in(disks.mount, "tmpfs", "a", "inner/b")
    disks.add(disks.mount)
    disks.scan("mounted")
    run("umount", disks.mount)
    disks.scan("unmounted")
    disks.scan("unmounted, again")
    disks.reports["to people"] = disks.library.run([PROGRAM, "scan"]).stdout
    disks.scan("unmounted, named", disks.mount / "inner")
    disks.mount.rmdir()
    disks.scan("without its mount point")


def exchanged(disks: Disks) -> None:
    disks.put_in(disks.mount, "tmpfs", "a", "inner/b")
    disks.add(disks.mount)
    run("umount", disks.mount)
    disks.put_in(disks.mount, "tmpfs", "another")
    disks.scan("another disk")


def unidentified(disks: Disks) -> None:
    """A file system that has no identifier but the number of the reader it is in, as memory cards have."""
    disks.put_in(disks.mount, "ramfs", "a", "inner/b")
    disks.reports["identifier"] = os.statvfs(disks.mount).f_fsid
    disks.add(disks.mount)
    (disks.mount / "a").unlink()
    disks.scan("the same card")
    run("umount", disks.mount)
    disks.put_in(disks.mount, "ramfs", "c", "inner/d")
    disks.reports["identifier of the other"] = os.statvfs(disks.mount).f_fsid
    disks.scan("another card in the same reader")


def nested(disks: Disks) -> None:
    inner = disks.mount / "inner"
    disks.put_in(disks.mount, "tmpfs", "a")
    disks.put_in(inner, "tmpfs", "b")
    disks.add(disks.mount)
    run("umount", inner)
    (disks.mount / "a").unlink()
    disks.scan("without the inner one")


def covered(disks: Disks) -> None:
    disks.put_in(disks.mount, "tmpfs", "a", "inner/b", "inner/deep/c")
    disks.add(disks.mount)
    disks.put_in(disks.mount / "inner")
    disks.scan("covered")
    run("umount", disks.mount / "inner")
    disks.scan("uncovered")


def elsewhere(disks: Disks) -> None:
    other = disks.mount.with_name("other mount")
    disks.put_in(disks.mount, "tmpfs", "a", "inner/b")
    disks.add(disks.mount)
    other.mkdir()
    run("mount", "--bind", disks.mount, other)
    run("umount", disks.mount)
    disks.scan("mounted elsewhere")
    disks.add(other)
    disks.scan("added from there")


def twice(disks: Disks) -> None:
    """A folder of a disk that is seen at another place of the same disk, too."""
    disks.put_in(disks.mount, "tmpfs", "own/a", "other/b")
    seen = disks.mount / "seen"
    seen.mkdir()
    run("mount", "--bind", disks.mount / "own", seen)
    disks.add(disks.mount)
    disks.scan("mounted twice")
    run("umount", seen)
    disks.scan("mounted once")
    run("mount", "--bind", disks.mount / "other", seen)
    disks.scan("another one there")
    run("umount", seen)
    run("mount", "--bind", disks.mount / "own", seen)
    run("mount", "--bind", disks.mount / "own", disks.mount / "other")
    disks.scan("over a known folder")


def part(disks: Disks) -> None:
    """Two folders of one disk, each mounted at the same place in turn."""
    disk = disks.mount.with_name("disk")
    disks.put_in(disk, "tmpfs", "one/a", "one/inner/b", "two/c")
    run("mount", "--bind", disk / "one", disks.mount)
    disks.add(disks.mount)
    disks.scan("the right folder")
    run("umount", disks.mount)
    run("mount", "--bind", disk / "two", disks.mount)
    disks.scan("another folder")


def link(disks: Disks) -> None:
    """A folder of a disk that is reached by a link, which then leads to another folder, and to none."""
    disk = disks.mount.with_name("disk")
    disks.put_in(disk, "tmpfs", "one/a", "one/inner/b", "two/c")
    disks.mount.rmdir()
    disks.mount.symlink_to(disk / "one")
    disks.add(disks.mount)
    (disks.mount / "a").unlink()
    disks.scan("the right folder")
    disks.mount.unlink()
    disks.mount.symlink_to(disk / "two")
    disks.scan("another folder")
    run("umount", disk)
    disks.scan("unmounted")


def during(disks: Disks) -> None:
    """The disk goes away after a file was found to be missing and before that is written."""
    from dam.library import Library

    disks.put_in(disks.mount, "tmpfs", "a", "b")
    disks.add(disks.mount)
    (disks.mount / "a").unlink()
    with Library.open(disks.library.settings()) as library:
        places = library.scan()
        first = next(places)
        run("umount", "-l", disks.mount)
        said = [first, *places]
    disks.reports["said"] = {os.path.basename(os.fsdecode(one.path)): one.status for one in said}
    disks.reports["states"] = disks.states()


SCENARIOS: dict[str, Callable[[Disks], None]] = {
    scenario.__name__: scenario
    for scenario in (
        unmounted,
        exchanged,
        unidentified,
        nested,
        covered,
        elsewhere,
        part,
        twice,
        link,
        during,
    )
}


def main(scenario: str, library: str, mount: str) -> None:
    """Play one scenario and print the reports."""
    disks = Disks(Path(library), Path(mount))
    SCENARIOS[scenario](disks)
    print(json.dumps(disks.reports))


if __name__ == "__main__":
    main(*sys.argv[1:])
