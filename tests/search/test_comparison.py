"""What counts as a match, and how good its evidence is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.search.comparison import SimilarImage, Thresholds, compare
from dam.search.image_fingerprints import ImageFingerprints

MIXED = 0x0123456789ABCDEF
OTHER = MIXED ^ 0xFFFF0000FFFF0000
CLEAR = bytes(range(32))


def bits_off(value: bytes, count: int) -> bytes:
    return (int.from_bytes(value) ^ ((1 << count) - 1)).to_bytes(32)


def picture(
    *, phash: int = MIXED, ahash: int = MIXED, dhash: int = MIXED, pdq: bytes | None = CLEAR,
    quality: int = 100, short_side: int = 500,
) -> ImageFingerprints:  # fmt: skip
    return ImageFingerprints(phash, ahash, dhash, pdq, quality, short_side)


def compared(
    one: ImageFingerprints, other: ImageFingerprints, thresholds: Thresholds | None = None
) -> SimilarImage:
    found = compare(one, 7, other, thresholds or Thresholds())
    assert found is not None
    return found


@pytest.mark.parametrize("which", ["ahash", "dhash"])
@pytest.mark.parametrize(("pdq", "weak"), [(80, False), (81, True)])
def test_a_match_by_ahash_or_dhash_alone_is_weak_if_pdq_is_more_than_80_bits_off(
    which: str, pdq: int, weak: bool
) -> None:
    away = {"phash": OTHER, "ahash": OTHER, "dhash": OTHER, which: MIXED}
    found = compared(picture(), picture(**away, pdq=bits_off(CLEAR, pdq)))
    assert (found.matched, found.pdq, found.weak) == ((which,), pdq, weak)


def test_a_match_by_phash_is_not_weak_whatever_pdq_says() -> None:
    found = compared(picture(), picture(ahash=OTHER, dhash=OTHER, pdq=bits_off(CLEAR, 200)))
    assert (found.matched, found.weak) == (("phash",), False)


@pytest.mark.parametrize("pdq", [0, 200])
@pytest.mark.parametrize(
    "unsound", [{"quality": 49}, {"short_side": 63}, {"short_side": 0}, {"pdq": None, "quality": 0}]
)
@pytest.mark.parametrize("swapped", [False, True])
def test_where_pdq_proves_nothing_it_neither_matches_nor_confirms_nor_denies(
    pdq: int, unsound: dict[str, int], swapped: bool
) -> None:
    pair = [picture(), picture(**{"phash": OTHER, "dhash": OTHER, "pdq": bits_off(CLEAR, pdq), **unsound})]  # type: ignore[arg-type]
    one, other = reversed(pair) if swapped else pair
    found = compared(one, other, Thresholds(pdq=256))
    assert (found.matched, found.weak) == (("ahash",), None)
    apart = [picture(ahash=OTHER), pair[1]]
    assert compare(*_placed(apart, swapped), Thresholds(pdq=256)) is None


def _placed(pair: list[ImageFingerprints], swapped: bool) -> tuple[ImageFingerprints, int, ImageFingerprints]:
    one, other = reversed(pair) if swapped else pair
    return one, 7, other


@pytest.mark.parametrize(("apart", "limit", "matches"), [(80, 80, True), (81, 80, False), (0, None, False)])
def test_pdq_matches_by_itself_only_if_it_is_asked_to(apart: int, limit: int | None, matches: bool) -> None:
    far = picture(phash=OTHER, ahash=OTHER, dhash=OTHER, pdq=bits_off(CLEAR, apart))
    found = compare(picture(), 7, far, Thresholds(pdq=limit))
    assert (found is not None) is matches
    if found is not None:
        assert (found.matched, found.weak, found.entity) == (("pdq",), False, 7)


@given(
    hashes=st.lists(st.integers(0, 2**64 - 1), min_size=6, max_size=6),
    limits=st.lists(st.integers(0, 64), min_size=3, max_size=3),
)
def test_a_hash_matches_if_it_is_near_enough_and_neither_is_flat(
    hashes: list[int], limits: list[int]
) -> None:
    one = ImageFingerprints(hashes[0], hashes[1], hashes[2])
    other = ImageFingerprints(hashes[3], hashes[4], hashes[5])
    found = compare(one, 1, other, Thresholds(phash=limits[0], ahash=limits[1], dhash=limits[2]))
    expected = {
        name
        for name, mine, theirs, limit in zip(
            ("phash", "ahash", "dhash"), hashes[:3], hashes[3:], limits, strict=True
        )
        if (mine ^ theirs).bit_count() <= limit
        and all(5 <= value.bit_count() <= 59 for value in (mine, theirs))
    }
    assert set(found.matched if found else ()) == expected
