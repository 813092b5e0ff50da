"""`Library.duplicates`: what the command does, for Python."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from dam.core.component import Entity
from dam.core.condition import read_condition
from dam.core.query import has
from dam.duplicates.criteria import DEFAULT, LOOSE, TIGHT, Criteria, Nearness
from dam.duplicates.extent import Extent
from dam.duplicates.group import Group, Likeness
from dam.duplicates.scope import Scope
from dam.library import Library
from dam.models.image import ImageComponent
from dam.models.image.image_pixel_hash_component import ImagePixelHashComponent
from dam.models.image.samples import encoded, photo
from dam.models.relation_member_component import RelationMemberComponent
from tests.command_line import CommandInProcess
from tests.commands.duplicate_groups import families

NEAR = frozenset({Likeness.NEAR})


@pytest.fixture
def media(dam: CommandInProcess, library_environment: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The files of a library: a lake in many forms, and more."""
    library_environment.setenv("DAM_WORKERS", "0")
    assert dam("setup-db").exit_code == 0
    folder = families(tmp_path / "media")
    assert dam("add-asset", "-r", folder).exit_code == 0
    return folder


def entity(library: Library, path: Path) -> int:
    return library.find_by_path(os.fsencode(path))[0]


class Noted:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.stages: dict[str, tuple[int, int]] = {}
        self._stage = ""

    def expect(self, stage: str, total: int) -> None:
        self._stage = stage
        self.stages[stage] = (total, 0)

    def advance(self, count: int) -> None:
        total, done = self.stages[self._stage]
        self.stages[self._stage] = (total, done + count)


def test_without_anything_said_it_is_all_classes_of_the_whole_library(media: Path) -> None:
    with Library.open() as library:
        duplicates = library.duplicates()
        byte, pixel, near = list(duplicates)
        names = ("lake.jpg", "lake.png", "lake.bmp", "stripped.jpg")
        lake, *same = (entity(library, media / name) for name in names)
        assert (byte.likeness, byte.best, byte.members) == (Likeness.BYTES, lake, ())
        assert {pixel.best, *(one.entity for one in pixel.members)} == {lake, *same}
        assert near.likeness is Likeness.NEAR
        assert len(near.members) == 3
        assert replace(duplicates.extent, media=()) == Extent(pictures=9)
        told = {(one.name, one.compared, one.uncompared) for one in duplicates.extent.media}
        assert told == {("film", 0, 0), ("recording", 0, 0), ("text", 0, 0)}


def test_it_can_be_gone_through_again(media: Path) -> None:
    with Library.open() as library:
        duplicates = library.duplicates()
        assert list(duplicates) == list(duplicates) == list(library.duplicates(exhaustive=True))


def test_criteria_and_scope_say_which(media: Path) -> None:
    with Library.open() as library:

        def found(nearness: Nearness = DEFAULT, scope: Scope | None = None) -> list[Group]:
            return list(library.duplicates(Criteria(nearness, likenesses=NEAR), scope))

        def size(nearness: Nearness) -> int:
            return sum(1 + len(group.members) for group in found(nearness))

        assert size(Nearness(0)) == 0 < size(TIGHT) <= size(DEFAULT) <= size(LOOSE)
        now = datetime.now(UTC)
        assert found(scope=Scope(new_since=now - timedelta(days=1), having=(ImageComponent,))) == found()
        assert found(scope=Scope(new_since=now + timedelta(days=1))) == []
        assert found(scope=Scope(having=(RelationMemberComponent,))) == []
        assert found(scope=Scope(lacking=(ImageComponent,))) == []


def test_one_querys_result_is_compared_with_the_rest(media: Path) -> None:
    with Library.open() as library:
        small = entity(library, media / "small.jpg")
        scopes = (
            Scope(where=(Entity.id.in_([small]),)),
            Scope(where=(read_condition(library.registry, "Dimensions.width=160"), has(ImageComponent))),
        )
        for scope in scopes:
            search = library.duplicates(Criteria(likenesses=NEAR), scope)
            (group,) = search
            assert small in {group.best, *(one.entity for one in group.members)}
            assert (search.extent.chosen, search.extent.pictures) == (1, 9)
        nothing = Scope(where=(read_condition(library.registry, "Dimensions.width=1"),))
        assert not list(library.duplicates(None, nothing))


def test_turned_pictures_say_how(media: Path, tmp_path: Path) -> None:
    mirrored = tmp_path / "mirrored.jpg"
    mirrored.write_bytes(encoded(photo(2).transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    with Library.open() as library:
        list(library.add([os.fsencode(mirrored)]))
        groups = list(library.duplicates(Criteria(rotated=True, likenesses=NEAR)))
        hill = entity(library, media / "hill.jpg")
        (group,) = (one for one in groups if one.best == hill)
        (member,) = group.members
        assert (member.entity, member.orientation.value) == (entity(library, mirrored), "mirrored")
        assert member.distances.phash is None


def test_decisions_are_respected_and_can_be_withdrawn(media: Path) -> None:
    with Library.open() as library:
        criteria = Criteria(likenesses=NEAR)
        before = list(library.duplicates(criteria))
        (group,) = before
        members = [one.entity for one in group.members]
        relation = library.relate("duplicate-of", [group.best, *members])
        assert list(library.duplicates(criteria)) == []
        library.unrelate(relation.id)
        assert list(library.duplicates(criteria)) == before


def test_the_watch_is_told_how_far_it_is(media: Path) -> None:
    watch = Noted()
    with Library.open() as library:
        list(library.duplicates(watch=watch))
    total, done = watch.stages["comparing"]
    assert 0 < total <= done
    assert watch.stages["decoding"] == (4, 4)


def test_nothing_is_done_before_somebody_looks(media: Path) -> None:
    watch = Noted()
    with Library.open() as library:
        groups = iter(library.duplicates(watch=watch))
        assert next(groups).likeness is Likeness.BYTES
        assert watch.stages == {}
        with library.world(write=False) as world:
            assert not any(world.get(number, ImagePixelHashComponent) for number in range(1, 12))
