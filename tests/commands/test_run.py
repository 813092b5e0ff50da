"""`dam-cli run`: brings derived components up to date; see test_workers.py for raised versions."""

from pathlib import Path

from dam.library import Library
from dam.models.image.dimensions_component import DimensionsComponent
from dam.models.image.image_phash_component import ImagePHashComponent
from tests.command_line import CommandInProcess
from tests.commands.facts import add, everything, object_file, outcomes, sha256, show, system_counts, write


def lose(path: Path, *components: type[DimensionsComponent] | type[ImagePHashComponent]) -> None:
    """Take derived components away, which may be done at any time."""
    with Library.open() as library, library.world() as world:
        (entity,) = library.find_by_digest(sha256=bytes.fromhex(sha256(path.read_bytes())))
        for component in components:
            world.remove(entity, component)


def test_with_nothing_pending_nothing_is_done(filled: CommandInProcess) -> None:
    before = everything()
    ran = filled("run")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == "0 entities visited: 0 done, 0 nothing, 0 failed, 0 unavailable\n"
    assert everything() == before


def test_what_was_lost_comes_back_equal(filled: CommandInProcess, media: Path) -> None:
    before = show(filled, media / "lake.jpg")
    lose(media / "lake.jpg", DimensionsComponent, ImagePHashComponent)
    assert "Dimensions" not in show(filled, media / "lake.jpg")["components"]
    ran = filled("run")
    assert ran.exit_code == 0
    assert "1 entity visited: 2 done" in ran.stderr
    assert show(filled, media / "lake.jpg") == before


def test_only_the_systems_that_are_named_run(filled: CommandInProcess, media: Path) -> None:
    lose(media / "lake.jpg", DimensionsComponent, ImagePHashComponent)
    assert filled("run", "image.measure").exit_code == 0
    components = show(filled, media / "lake.jpg")["components"]
    assert "Dimensions" in components
    assert "ImagePHash" not in components
    assert filled("run", "image.measure", "image.hash_perceptually").exit_code == 0
    assert "ImagePHash" in show(filled, media / "lake.jpg")["components"]


def test_an_unknown_system_is_a_usage_error_with_a_suggestion(filled: CommandInProcess) -> None:
    refused = filled("run", "image.mesure")
    assert refused.exit_code == 2
    assert "unknown system: image.mesure" in refused.stderr
    assert "did you mean image.measure" in refused.stderr


def test_what_failed_before_is_neither_tried_again_nor_told_by_the_exit_code(
    filled: CommandInProcess, media: Path
) -> None:
    add(filled, write(media / "half.png", (media / "hill.png").read_bytes()[:2000]))
    ran = filled("run")
    assert ran.exit_code == 0
    assert ran.stderr.startswith("0 entities visited")
    retried = filled("run", "--retry-failed")
    assert retried.exit_code == 0
    assert "4 failed" in retried.stderr


def test_json_has_an_object_for_every_entity_visited(filled: CommandInProcess, media: Path) -> None:
    lose(media / "lake.jpg", DimensionsComponent)
    (visited,) = filled("run", "--json").json
    assert visited["entity"] == show(filled, media / "lake.jpg")["entity"]
    assert visited["runs"] == [{"system": "image.measure", "version": 2, "outcome": "done", "error": None}]


def test_bytes_that_the_store_lost_are_damage_and_no_failure_of_a_system(
    filled: CommandInProcess, media: Path
) -> None:
    lose(media / "lake.jpg", DimensionsComponent)
    object_file(sha256((media / "lake.jpg").read_bytes())).unlink()
    ran = filled("run")
    assert ran.exit_code == 4
    assert "missing" in ran.stderr
    assert system_counts(filled)["image.measure"]["pending"] == 1
    assert "failed" not in outcomes(filled, media / "lake.jpg").values()
