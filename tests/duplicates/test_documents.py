"""Pairs that the hashes take for near are confirmed by their ink where they are documents."""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from dam.duplicates import documents
from dam.duplicates.documents import Confirmed, without_other_documents
from dam.duplicates.ink import have_same_ink, ink_of, is_document
from dam.duplicates.pairs import ORIENTATIONS, Pairs
from dam.duplicates.watch import Unwatched
from dam.models.image.sample_pages import typeset_page
from dam.models.image.samples import encoded, photo
from dam.search.orientation import Orientation

PREVIEW = (362, 512)


@cache
def page(number: int) -> Image.Image:
    return typeset_page(number)


def preview(picture: Image.Image, size: tuple[int, int] = PREVIEW) -> bytes:
    return encoded(picture.resize(size, Image.Resampling.BOX), quality=80)


def paired(*pairs: tuple[int, int, int], orientation: Orientation = Orientation.UPRIGHT) -> Pairs:
    """Return pairs of numbers, each with a distance."""
    first, second, distances = np.array(pairs, dtype=np.uint32).reshape(-1, 3).T
    turned = np.full(len(first), ORIENTATIONS.index(orientation), dtype=np.uint8)
    return Pairs(first, second, distances.astype(np.uint8), turned)


def confirmed(pairs: Pairs, *previews: bytes | None) -> Confirmed:
    """Confirm pairs of entities that are numbered from 100 on."""

    def given(entities: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        for entity in entities:
            if (data := previews[entity - 100]) is not None:
                yield entity, data

    entities = np.arange(100, 100 + len(previews), dtype=np.int64)
    return without_other_documents(pairs, entities, given, Unwatched())


def names(found: Confirmed) -> list[tuple[int, int]]:
    return list(zip(found.pairs.first.tolist(), found.pairs.second.tolist(), strict=True))


def test_a_page_is_a_document_and_a_photo_is_none() -> None:
    assert is_document(preview(page(1)))
    assert not is_document(preview(photo(1), (512, 384)))
    assert not is_document(preview(Image.new("L", PREVIEW, 255)))


def test_documents_with_other_ink_are_no_pair_and_copies_are() -> None:
    small = preview(page(1), (256, 362))
    found = confirmed(paired((0, 1, 90), (0, 2, 20), (1, 2, 90)), preview(page(1)), preview(page(2)), small)
    assert names(found) == [(0, 2)]
    assert (found.unseen, found.skipped) == (0, 0)


def test_a_document_and_something_else_are_no_pair() -> None:
    assert names(confirmed(paired((0, 1, 90)), preview(page(1)), preview(photo(1), PREVIEW))) == []


def test_photos_are_near_if_their_hashes_say_so() -> None:
    found = confirmed(paired((0, 1, 90)), preview(photo(1), PREVIEW), preview(photo(2), PREVIEW))
    assert names(found) == [(0, 1)]


@pytest.mark.parametrize("orientation", list(Orientation))
def test_a_turned_copy_is_turned_back(orientation: Orientation) -> None:
    turn = {
        Orientation.MIRRORED: Image.Transpose.FLIP_LEFT_RIGHT,
        Orientation.TURNED_180: Image.Transpose.ROTATE_180,
        Orientation.FLIPPED: Image.Transpose.FLIP_TOP_BOTTOM,
        Orientation.TRANSPOSED: Image.Transpose.TRANSPOSE,
        Orientation.TURNED_90: Image.Transpose.ROTATE_270,
        Orientation.TRANSVERSED: Image.Transpose.TRANSVERSE,
        Orientation.TURNED_270: Image.Transpose.ROTATE_90,
    }.get(orientation)
    other = page(1) if turn is None else page(1).transpose(turn)
    size = PREVIEW if other.height > other.width else PREVIEW[::-1]
    pairs = paired((0, 1, 20), orientation=orientation)
    assert names(confirmed(pairs, preview(page(1)), preview(other, size))) == [(0, 1)]


def test_what_has_no_preview_stays_near_and_is_counted() -> None:
    found = confirmed(paired((0, 1, 90), (0, 2, 90)), preview(page(1)), None, preview(page(2)))
    assert names(found) == [(0, 1)]
    assert found.unseen == 1


def test_no_pairs_are_confirmed_to_none() -> None:
    assert names(confirmed(paired())) == []


def test_of_too_many_pairs_the_nearest_are_compared_and_the_others_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "_MOST", 1)
    copies = [preview(page(1))] * 3
    found = confirmed(paired((0, 1, 30), (0, 2, 10), (1, 2, 20)), *copies)
    assert names(found) == [(0, 2)]
    assert found.skipped == 2


def test_many_pairs_are_compared_in_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_AT_ONCE", 2)
    previews = [preview(page(number)) for number in (1, 2, 1, 2)]
    pairs = paired(*((one, other, 50) for one in range(4) for other in range(one + 1, 4)))
    assert names(confirmed(pairs, *previews)) == [(0, 2), (1, 3)]


@pytest.mark.parametrize("cut", [0, 1, 3, 6, 12])
def test_a_page_that_is_cut_has_the_same_ink_and_another_one_has_not(cut: int) -> None:
    width, height = PREVIEW
    whole, other = (page(number).resize(PREVIEW, Image.Resampling.BOX) for number in (1, 2))
    box = (cut, cut * 3 // 2, width - cut // 2, height - cut)
    one = ink_of(preview(whole))
    assert have_same_ink(one, ink_of(preview(whole.crop(box))))
    assert not have_same_ink(one, ink_of(preview(other.crop(box))))


def test_even_the_smallest_type_is_told_apart() -> None:
    ones = [typeset_page(number, (2480, 3508), points=4) for number in (1, 2)]
    first, second = (ink_of(preview(one)) for one in ones)
    assert not have_same_ink(first, second)
    assert have_same_ink(first, ink_of(preview(ones[0], (300, 424))))


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (31, 31), (512, 40)])
def test_previews_of_any_size_can_be_compared(size: tuple[int, int]) -> None:
    file = BytesIO()
    page(1).resize(size).save(file, "JPEG")
    ink = ink_of(file.getvalue())
    assert have_same_ink(ink, ink)
