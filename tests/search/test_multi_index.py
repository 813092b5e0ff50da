"""A multi-index hash answers what counting the differing bits of all fingerprints does."""

import random
from collections.abc import Iterable

import pytest

from dam.search import multi_index
from dam.search.multi_index import MultiIndex, Positions
from dam.search.words import Words, pack

_FORCED = pytest.mark.parametrize(
    "worth_it", [multi_index._WORTH_IT, 0.0, 1e9], ids=["as it is", "all are compared", "only candidates"]
)


class Watched(MultiIndex):
    """Remembers of every query whether it was answered from candidates."""

    def __init__(self, values: list[int], bits: int) -> None:
        super().__init__(packed(values, bits))
        self.from_candidates: list[bool] = []

    def _candidates(self, query: Words, radius: int) -> Positions | None:
        found = super()._candidates(query, radius)
        self.from_candidates.append(found is not None)
        return found


def packed(values: list[int], bits: int) -> Words:
    return pack(values if bits == 64 else [value.to_bytes(bits // 8) for value in values], bits)


def flipped(value: int, places: Iterable[int]) -> int:
    return value ^ sum(1 << place for place in places)


def anything(bits: int, count: int, source: random.Random) -> list[int]:
    return [source.getrandbits(bits) for _ in range(count)]


def skewed(bits: int, count: int, source: random.Random) -> list[int]:
    """Return hashes with few bits set, and as many with few bits clear."""
    few = [flipped(0, source.sample(range(bits), source.randint(0, bits // 8))) for _ in range(count // 2)]
    return few + [value ^ ((1 << bits) - 1) for value in few]


def clustered(bits: int, count: int, source: random.Random) -> list[int]:
    centres = anything(bits, 8, source)
    return [
        flipped(source.choice(centres), source.sample(range(bits), source.randint(0, bits // 4)))
        for _ in range(count)
    ]


def equal(bits: int, count: int, source: random.Random) -> list[int]:
    return [source.getrandbits(bits)] * count


def mixture(bits: int) -> tuple[list[int], list[int]]:
    """Return fingerprints of all sorts in no order, and some to ask for, of which some are among them."""
    source = random.Random(bits)
    values = [
        *anything(bits, 1000, source),
        *skewed(bits, 500, source),
        *clustered(bits, 1500, source),
        *equal(bits, 600, source),
        *equal(bits, 40, source),
    ]
    queries = [*source.sample(values, 2), values[-1], values[-41]]
    queries += [flipped(values[place], source.sample(range(bits), 5)) for place in (1700, -1)]
    queries += [source.getrandbits(bits), 0, (1 << bits) - 1]
    source.shuffle(values)
    return values, queries


@_FORCED
@pytest.mark.parametrize(
    ("bits", "radii"), [(64, range(65)), (256, [*range(36), *range(36, 256, 17), 255, 256])]
)
def test_it_finds_what_counting_bits_finds_at_every_radius(
    monkeypatch: pytest.MonkeyPatch, bits: int, radii: Iterable[int], worth_it: float
) -> None:
    monkeypatch.setattr(multi_index, "_WORTH_IT", worth_it)
    values, queries = mixture(bits)
    index = MultiIndex(packed(values, bits))
    for query in queries:
        apart = [(value ^ query).bit_count() for value in values]
        for radius in radii:
            found, distances = index.within(packed([query], bits)[:, 0], radius)
            expected = {place: bits for place, bits in enumerate(apart) if bits <= radius}
            assert list(zip(found.tolist(), distances.tolist(), strict=True)) == list(expected.items())


@pytest.mark.parametrize("bits", [64, 256])
def test_few_candidates_are_looked_at_and_all_fingerprints_where_they_would_be_many(bits: int) -> None:
    source = random.Random(1)
    common, rare = source.getrandbits(bits), source.getrandbits(bits)
    index = Watched([*[common] * 500, *anything(bits, 1500, source), rare], bits)
    for query, radius in [(rare, 0), (rare, bits // 16), (rare, bits // 2), (common, 0)]:
        found, _ = index.within(packed([query], bits)[:, 0], radius)
        assert len(found) >= 1
    assert index.from_candidates == [True, True, False, False]


@_FORCED
@pytest.mark.parametrize("bits", [64, 256])
def test_an_index_of_nothing_finds_nothing(
    monkeypatch: pytest.MonkeyPatch, bits: int, worth_it: float
) -> None:
    monkeypatch.setattr(multi_index, "_WORTH_IT", worth_it)
    index = MultiIndex(packed([], bits))
    for radius in (0, 10, bits):
        found, distances = index.within(packed([1], bits)[:, 0], radius)
        assert (found.tolist(), distances.tolist()) == ([], [])
