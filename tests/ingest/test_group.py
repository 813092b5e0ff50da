"""A group is made durable when it has many files, or many bytes."""

import pytest

from dam.core.columns import utc_now
from dam.ingest.group import Group
from dam.ingest.take import Reading
from dam.services.digests import Digests
from dam.services.file_facts import FileFacts


def reading(size: int) -> Reading:
    facts = FileFacts(size=size, mtime_ns=0, ctime_ns=0, inode=1, device=1)
    digests = Digests(sha256=bytes(32), md5=bytes(16), size=size)
    return Reading(1, b"/file", False, facts, digests, None, utc_now())


@pytest.mark.parametrize(
    ("sizes", "is_due"),
    [
        ([], False),
        ([256 << 20], True),
        ([(256 << 20) - 1], False),
        ([128 << 20, 128 << 20], True),
        ([0] * 255, False),
        ([0] * 256, True),
    ],
    ids=["none", "256 MiB", "a byte less", "two halves", "255 files", "256 files"],
)
def test_a_group_is_due_at_256_files_or_256_mib(sizes: list[int], is_due: bool) -> None:
    group = Group()
    for size in sizes:
        group.add(reading(size))
    assert group.is_due is is_due
