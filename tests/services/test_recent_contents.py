"""What was just read is there for one visit, in bounded memory."""

import pickle
from pathlib import Path

import pytest

from dam.services.digests import digest_chunks
from dam.services.recent_contents import RECENT, RecentContents
from dam.services.sources import InPlaceSource, RecentSource


def test_a_content_is_given_once_and_then_is_no_longer_here() -> None:
    recent = RecentContents(10)
    recent.keep(b"key", [b"ab", b"", b"cd"])
    assert recent.take(b"key") == b"abcd"
    assert recent.take(b"key") is None


def test_an_empty_content_is_a_content() -> None:
    recent = RecentContents(10)
    recent.keep(b"key", [])
    assert recent.take(b"key") == b""


def test_the_oldest_go_when_there_are_too_many_bytes() -> None:
    recent = RecentContents(10)
    for key in (b"1", b"2", b"3"):
        recent.keep(key, [b"four"])
    recent.keep(b"2", [b"four"])  # A content that is kept again counts once, and is the youngest.
    assert recent.take(b"1") is None
    recent.keep(b"4", [b"four"])
    assert [recent.take(key) for key in (b"3", b"2", b"4")] == [None, b"four", b"four"]


def test_what_is_too_large_by_itself_is_not_kept() -> None:
    recent = RecentContents(10)
    recent.keep(b"small", [b"s"])
    recent.keep(b"large", [b"x" * 11])
    assert (recent.take(b"small"), recent.take(b"large")) == (None, None)


def test_all_of_it_can_be_let_go_of() -> None:
    recent = RecentContents(10)
    recent.keep(b"key", [b"x" * 10])
    recent.clear()
    assert recent.take(b"key") is None
    recent.keep(b"other", [b"x" * 10])
    assert recent.take(b"other") == b"x" * 10


@pytest.fixture
def source(tmp_path: Path) -> RecentSource:
    file = tmp_path / "file"
    file.write_bytes(b"bytes")
    return RecentSource(InPlaceSource(bytes(file), digest_chunks([b"bytes"]).sha256, 5))


def read(source: RecentSource) -> bytes:
    with source.content() as content, content.open() as file:
        assert content.size == source.size
        return file.read()


def test_a_visit_gets_the_bytes_that_were_hashed_without_the_file(
    source: RecentSource, tmp_path: Path
) -> None:
    RECENT.keep(source.sha256, [b"by", b"tes"])
    (tmp_path / "file").unlink()
    assert read(source) == b"bytes"


def test_another_process_or_a_second_visit_reads_the_file(source: RecentSource) -> None:
    RECENT.keep(source.sha256, [b"bytes"])
    assert [read(source), read(pickle.loads(pickle.dumps(source)))] == [b"bytes"] * 2
