"""Archives keep the laws of a kind, and are told from documents that are ZIP files inside."""

import io
import tracemalloc
from pathlib import Path

import pytest

from dam.models.archive import ArchiveComponent, samples
from dam.models.archive.reader import open_reader
from dam.models.archive.signatures import media_type
from dam.plugins import installed
from dam.testing import KindContract, visit_bytes


class TestArchiveKind(KindContract):
    kind = ArchiveComponent
    samples = samples

    def test_broken_samples_fail_with_a_reason_and_raise_nothing(self) -> None:
        """What is broken shows when an archive is expanded: a visit looks at its first bytes only."""
        for name, data in self.samples.broken().items():
            assert visit_bytes(name, data).products[self.kind], name

    def test_systems_reach_workers(self) -> None:
        """There are none: the coordinator makes entities, and a step stands for that."""
        registry = installed().registry
        assert [system for system in registry.systems if self.kind in system.requires] == []
        assert [step.name for step in registry.steps if self.kind in step.requires] == ["archive.expand"]


def test_what_is_zipped_inside_and_a_document_to_people_is_no_archive() -> None:
    opendocument = samples.zipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<x/>"})
    program = samples.zipped({"META-INF/MANIFEST.MF": b"", "A.class": b"\xca\xfe\xba\xbe"})
    named = samples.zipped({"first.xml": b""})

    assert media_type(samples.office(), frozenset({"zip"})) is None
    assert media_type(opendocument, frozenset({"zip"})) is None
    assert media_type(program, frozenset({"zip"})) is None
    assert media_type(named, frozenset({"docx"})) is None


def test_a_document_inside_of_an_archive_makes_no_document_of_it() -> None:
    inside = {"report.docx": samples.office(), "notes.txt": b"notes"}

    assert media_type(samples.zipped(inside, method=0), frozenset({"zip"})) == "application/zip"


def test_what_is_merely_compressed_is_no_archive() -> None:
    import bz2
    import gzip
    import lzma

    text = b"only compressed\n" * 100
    for data in (gzip.compress(text), bz2.compress(text), lzma.compress(text)):
        assert media_type(data, frozenset({"gz"})) is None


@pytest.mark.parametrize("name", sorted(samples.good()))
def test_every_member_is_read_whole_from_any_position(name: str) -> None:
    data = samples.good()[name]
    kind = media_type(data, frozenset())
    assert kind is not None
    reader = open_reader(io.BytesIO(data), kind)
    expected = [(path.encode(), content) for path, content in samples.FILES.items()]

    for start in (0, 2, 1, 0):
        read = [(member.path, b"".join(member.chunks())) for member in reader.members(start)]
        assert read == expected[start:]


def test_a_long_tar_is_read_in_little_memory() -> None:
    data = samples.tarred({f"{number:06}": b"" for number in range(5000)})
    tracemalloc.start()
    count = sum(1 for _ in open_reader(io.BytesIO(data), "application/x-tar").members())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 5000
    assert most < 500_000


def test_real_archives_are_recognised_and_documents_are_not(corpus: Path) -> None:
    found = {}
    for path in corpus.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                head = file.read(65536)
            extension = path.suffix[1:].lower()
            found[path.relative_to(corpus).as_posix()] = media_type(head, frozenset({extension}))
    archives = {name for name, kind in found.items() if kind is not None}

    assert {name for name in archives if name.startswith("office/")} == set()
    assert {name for name in archives if name.endswith((".tar", ".zip", ".7z", ".rar"))} == archives - {
        "archive/archive.tar.bz2",
        "archive/archive.tar.gz",
        "archive/fixture.tar.xz",
    }
