"""Documents without PDFium: PDFs are assets all the same and done later, all others are read."""

import sys
from pathlib import Path

import pytest

from dam.models.document.samples import docx, pdf
from tests.command_line import CommandInProcess
from tests.commands.facts import add, outcomes, show, system_counts, write


def test_without_its_library_a_pdf_is_kept_and_recognised_and_done_when_it_comes(
    library: CommandInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp, other = write(tmp_path / "lamp.pdf", pdf()), write(tmp_path / "lamp.docx", docx())
    with monkeypatch.context() as absent:
        absent.setitem(sys.modules, "pypdfium2", None)
        assert {one["status"] for one in add(library, lamp, other).values()} == {"new"}
        assert show(library, lamp)["media_type"] == "application/pdf"
        found = {name: how for name, how in outcomes(library, lamp).items() if name.startswith("document.")}
        assert set(found.values()) == {"unavailable"}
        assert set(outcomes(library, other).values()) <= {"done", "nothing"}
        shown = library("show", lamp).stdout
        assert "document.extract_text  unavailable: needs pypdfium2 (extra: document)" in shown
        searched = library("search-text", "keeper")
        assert len(searched.stdout.splitlines()) == 2
        assert "1 document has no current text yet and were not searched" in searched.stderr
        asked = library("find-similar-documents", lamp)
        assert asked.exit_code == 2
        assert "needs pypdfium2 (extra: document)" in asked.stderr
        assert library("run").stderr.startswith("0 entities visited")
    assert system_counts(library)["document.extract_text"]["pending"] == 1
    assert "1 entity visited" in library("run").stderr
    assert set(outcomes(library, lamp).values()) <= {"done", "nothing"}
    assert len(library("search-text", "keeper").stdout.splitlines()) == 4
