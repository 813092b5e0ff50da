"""Pictures too plain for their hashes are told apart by how their previews look."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from dam.duplicates import looks
from dam.duplicates.classes import Classes, collapse
from dam.duplicates.looks import alike_by_look
from dam.duplicates.pairs import Pairs
from dam.duplicates.pictures import DHASH, PLAIN

RISING = 0x00FF00FF00FF00FF
"""A dHash that is not flat."""


def preview(level: int = 0, *, spot: int | None = None, quality: int = 80) -> bytes:
    """Return a gradient that begins at a level, if asked with something small on it."""
    column = np.linspace(level, level + 100, 128)
    pixels = np.repeat(column[:, np.newaxis], 128, axis=1)
    if spot is not None:
        pixels[40:48, 40:48] = spot
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def plain(*dhashes: int) -> Classes:
    """Return plain pictures of these dHashes, whose PDQs have nothing in common."""
    planes = np.random.default_rng(5).integers(0, 1 << 63, (7, len(dhashes)), dtype=np.uint64)
    planes[DHASH] = dhashes
    planes[PLAIN] = 1
    return collapse(planes)


def names(pairs: Pairs) -> set[tuple[int, int]]:
    return set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


def found(
    classes: Classes, *previews: bytes | None, chosen: list[bool] | None = None
) -> set[tuple[int, int]]:
    within = None if chosen is None else np.array(chosen)
    return names(alike_by_look(classes, within, lambda number: previews[number]))


def test_copies_of_a_gradient_are_alike_whatever_their_hashes() -> None:
    classes = plain(RISING, RISING, RISING ^ 0b111)
    pairs = found(classes, preview(20), preview(20, quality=30), preview(22))
    assert pairs == {(0, 1), (0, 2), (1, 2)}


def test_another_brightness_is_another_picture() -> None:
    assert found(plain(RISING, RISING), preview(20), preview(60)) == set()


def test_something_small_on_it_makes_it_another_picture() -> None:
    assert found(plain(RISING, RISING), preview(20), preview(20, spot=255)) == set()


def test_pictures_whose_neighbouring_pixels_rise_otherwise_are_not_even_looked_at() -> None:
    assert found(plain(RISING, ~RISING & 0xFFFFFFFFFFFFFFFF), preview(20), preview(20)) == set()


def test_flat_pictures_never_match() -> None:
    assert found(plain(0, 0b11), preview(20), preview(20)) == set()


def test_only_plain_pictures_are_looked_at() -> None:
    classes = plain(RISING, RISING)
    classes.planes[PLAIN] = 0
    assert found(classes, preview(20), preview(20)) == set()


def test_a_picture_without_a_preview_is_like_nothing() -> None:
    assert found(plain(RISING, RISING, RISING), preview(20), None, preview(20)) == {(0, 2)}


def test_of_what_is_chosen_one_is_in_every_pair() -> None:
    same = [preview(20)] * 3
    assert found(plain(RISING, RISING, RISING), *same, chosen=[False, False, True]) == {(0, 2), (1, 2)}


def test_a_library_full_of_plain_pictures_is_not_looked_through_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looks, "_MOST", 10)
    asked: list[int] = []

    def counted(number: int) -> bytes:
        asked.append(number)
        return preview(20)

    pairs = alike_by_look(plain(*[RISING] * 100), None, counted)
    assert len(pairs.first) == 10
    assert len(asked) <= 20
