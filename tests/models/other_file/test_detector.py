"""The detector is asked only where it can be sure, and nothing it would be sure of is lost by that."""

import puremagic
from hypothesis import given
from hypothesis import strategies as st

from dam.models.other_file.detector import may_match

SIGNATURES = [*puremagic.magic_header_array, *puremagic.magic_footer_array]
SIGNATURES += [part for parts in puremagic.multi_part_dict.values() for part in parts]


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """Return bytes in which some of the detector's signatures stand where it looks for them."""
    data = bytearray(draw(st.binary(max_size=64)).ljust(draw(st.integers(1, 700)), b"\0"))
    for row in draw(st.lists(st.sampled_from(SIGNATURES), max_size=3)):
        start = row.offset if row.offset >= 0 else len(data) + row.offset
        if start < 0 or start > 1000:
            continue
        data[start : start + len(row.byte_match)] = row.byte_match.rjust(1)
    return bytes(data)


def is_sure(data: bytes) -> bool:
    try:
        return any(match.confidence >= 0.5 for match in puremagic.magic_string(data))
    except (puremagic.PureError, ValueError):
        return False


def with_signatures(*rows: puremagic.PureMagic) -> bytes:
    data = bytearray(b"\xa5" * 1000)
    for row in rows:
        start = row.offset if row.offset >= 0 else len(data) + row.offset
        data[start : start + len(row.byte_match)] = row.byte_match
    return bytes(data[:1000])


def test_every_signature_that_makes_the_detector_sure_is_put_before_it() -> None:
    joined = [(row, part) for row in SIGNATURES for part in puremagic.multi_part_dict.get(row.byte_match, ())]
    sure = [rows for rows in [*zip(SIGNATURES), *joined] if is_sure(with_signatures(*rows))]

    assert len(sure) > 800
    assert [rows for rows in sure if not may_match(with_signatures(*rows))] == []


@given(contents())
def test_signatures_together_are_put_before_it_where_it_is_sure(data: bytes) -> None:
    assert may_match(data) or not is_sure(data)


def test_most_contents_are_not_put_before_it() -> None:
    assert not may_match(b"no signature of anything starts like this")
    assert not may_match(bytes(range(128, 256)) * 16)
