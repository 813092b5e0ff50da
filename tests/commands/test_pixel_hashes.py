"""Pixel hashes are made where they are asked for, by name or through the library, and nowhere else."""

from pathlib import Path

import pytest
from sqlalchemy import select

from dam.core.config import Settings
from dam.library import Library
from dam.models.image.image_pixel_hash_component import ImagePixelHashComponent, hash_pixels
from dam.models.image.samples import encoded, photo
from tests.command_line import CommandInProcess, CommandProcess
from tests.commands.facts import add, outcomes, show, system_counts, write
from tests.commands.permissions import read_only


@pytest.fixture
def pictures(library: CommandInProcess, tmp_path: Path) -> dict[str, Path]:
    """The same picture twice, another one, one that is broken, and something else; all added."""
    lake, hill = photo(1), photo(2)
    data = {
        "lake.png": encoded(lake, "PNG"),
        "lake.bmp": encoded(lake, "BMP"),
        "hill.png": encoded(hill, "PNG"),
        "half.png": encoded(hill, "PNG")[:2000],
        "notes.txt": b"no picture",
    }
    paths = {name: write(tmp_path / "media" / name, content) for name, content in data.items()}
    for path in paths.values():
        add(library, path)
    return paths


def entity(library: CommandInProcess, path: Path) -> int:
    return int(show(library, path)["entity"])


def digests() -> dict[int, bytes]:
    with Library.open() as library, library.world(write=False) as world:
        made = select(ImagePixelHashComponent.entity_id, ImagePixelHashComponent.digest)
        return {number: bytes(digest) for number, digest in world.rows(made)}


def test_adding_and_running_make_none_and_leave_none_pending(
    library: CommandInProcess, pictures: dict[str, Path]
) -> None:
    assert library("run").stderr.startswith("0 entities visited")
    assert digests() == {}
    counts = system_counts(library)["image.hash_pixels"]
    assert {counts[name] for name in ("pending", "done", "nothing", "failed", "unavailable")} == {0}
    assert "image.hash_pixels" not in outcomes(library, pictures["lake.png"])


def test_running_it_by_name_runs_it_on_every_picture(
    library: CommandInProcess, pictures: dict[str, Path]
) -> None:
    ran = library("run", "image.hash_pixels")
    assert ran.exit_code == 3
    assert ran.stderr.endswith("4 entities visited: 3 done, 0 nothing, 1 failed, 0 unavailable\n")
    found = digests()
    lake, again, hill = (entity(library, pictures[n]) for n in ("lake.png", "lake.bmp", "hill.png"))
    assert found[lake] == found[again] != found[hill]
    shown = show(library, pictures["lake.png"])["components"]["ImagePixelHash"]
    assert shown == [{"digest": found[lake].hex()}]
    assert {row["entity"] for row in library("query", "--has", "ImagePixelHash", "--json").json} == set(found)
    assert "image.hash_pixels: truncated" in library("status", "--failed").stdout
    assert library("run", "image.hash_pixels").stderr.startswith("0 entities visited")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_library_runs_it_on_some_and_says_what_came_of_it(
    library: CommandInProcess,
    pictures: dict[str, Path],
    library_environment: pytest.MonkeyPatch,
    workers: str,
) -> None:
    wanted = [entity(library, pictures[name]) for name in ("lake.png", "half.png", "notes.txt")]
    library_environment.setenv("DAM_WORKERS", workers)
    with Library.open() as opened:
        results = list(opened.run_on(wanted, [hash_pixels]))
        ran = {(r.entity_id, run.system, run.outcome.name) for r in results for run in r.runs}
        assert ran == {
            (wanted[0], "image.hash_pixels", "DONE"),
            (wanted[1], "image.hash_pixels", "FAILED"),
        }
        assert list(opened.run_on(wanted, [hash_pixels])) == []
    assert set(digests()) == {wanted[0]}


def test_a_pixel_hash_that_was_removed_is_not_made_again_unasked(
    library: CommandInProcess, pictures: dict[str, Path]
) -> None:
    lake = entity(library, pictures["lake.png"])
    with Library.open() as opened:
        list(opened.run_on([lake], [hash_pixels]))
        with opened.world() as world:
            world.remove(lake, ImagePixelHashComponent)
    assert digests() == {}
    assert library("run").stderr.startswith("1 entity visited: 0 done")
    assert library("run").stderr.startswith("0 entities visited")
    assert "image.hash_pixels" not in outcomes(library, pictures["lake.png"])


def test_where_nothing_can_be_written_it_says_so_once_there_is_something_to_do(
    library: CommandInProcess, pictures: dict[str, Path], unprivileged: CommandProcess, tmp_path: Path
) -> None:
    lake = entity(library, pictures["lake.png"])
    home = write(tmp_path / "home" / "library" / "x", b"").parent
    for path in (*tmp_path.glob("dam.db*"), tmp_path / "store"):
        path.rename(home / path.name)
    settings = {"DATABASE_URL": f"sqlite:///{home / 'dam.db'}", "DAM_STORE": str(home / "store")}
    with read_only(home):
        refused = unprivileged("run", "image.hash_pixels", env=settings)
        assert refused.exit_code == 7
        assert "attempt to write a readonly database" in refused.stderr
    with Library.open(Settings(database_url=settings["DATABASE_URL"], store=settings["DAM_STORE"])) as opened:
        list(opened.run_on([lake], [hash_pixels]))
    with read_only(home):
        assert unprivileged("run", "image.measure", env=settings).exit_code == 0
