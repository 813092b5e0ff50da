"""`dam-cli search-text`: documents by the words in them, the same on both databases."""

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from dam.models.document.samples import docx, epub, html, odt, pdf, txt
from tests.command_line import CommandInProcess
from tests.commands.facts import add, everything, paths_of, write

BOOK = tuple(
    f"Chapter {number}. " + " ".join(f"word{number}x{at}" for at in range(2000)) for number in range(8)
)


def names(answers: list[dict[str, Any]]) -> list[str]:
    return [os.path.basename(path) for answer in answers for path in sorted(paths_of(answer))]


@pytest.fixture
def read(library: CommandInProcess, tmp_path: Path) -> CommandInProcess:
    """The command line on a library with one text in four formats, and others."""
    documents = {
        "lamp.pdf": pdf(),
        "lamp.docx": docx(),
        "lamp.html": html(),
        "lamp.odt": odt(),
        "bell.txt": txt(("A bell, a bell, a bell: nothing but a bell.",)),
        "letters.txt": txt(("Grüße an Zoë: ein schöner Großbuchstabe, naïve coöperation, ﬁne; l'été.",)),
        "kanji.txt": txt(("東京都の天気は晴れです。",)),
        "thai.txt": txt(("สวัสดีชาวโลก",)),
        "book.epub": epub(BOOK),
    }
    for name, data in documents.items():
        write(tmp_path / "documents" / name, data)
    add(library, "-r", tmp_path / "documents")
    return library


def found(dam: CommandInProcess, *question: str) -> set[str]:
    result = dam("search-text", "--json", *question)
    assert result.exit_code == (0 if result.json else 1), result.stderr
    return set(names(result.json))


LAMP = {"lamp.pdf", "lamp.docx", "lamp.html", "lamp.odt"}


QUESTIONS: list[tuple[list[str], set[str]]] = [
    (["keeper"], LAMP),
    (["KEEPER", "granite"], LAMP),
    (["keeper granite"], LAMP),
    (["keeper", "nowhere"], set()),
    (["bell"], {*LAMP, "bell.txt"}),
    (['"bell by hand"'], LAMP),
    (['"by bell hand"'], set()),
    (['"the bell"', "fog"], LAMP),
    (["light*"], LAMP),
    (["light"], set()),
    (['"two hund*"'], LAMP),
    (["grusse"], {"letters.txt"}),
    (["GRÜSSE", "zoe"], {"letters.txt"}),
    (["großbuchstabe"], {"letters.txt"}),
    (["fine", "naive"], {"letters.txt"}),
    (["l\u2019ete"], {"letters.txt"}),
    (["東京"], {"kanji.txt"}),
    (["京東"], set()),
    (["天気"], {"kanji.txt"}),
    (["โลก"], {"thai.txt"}),
    (["word0x7", "word7x1999"], {"book.epub"}),
]


def test_documents_are_found_by_what_stands_in_them(read: CommandInProcess) -> None:
    for question, answer in QUESTIONS:
        assert found(read, *question) == answer, question


def test_a_phrase_is_found_wherever_the_text_was_parted(read: CommandInProcess) -> None:
    for number in range(0, 1990, 97):
        phrase = " ".join(f"word3x{at}" for at in range(number, number + 9))
        assert found(read, f'"{phrase}"') == {"book.epub"}
    assert found(read, '"word3x1999 chapter 4 word4x0"') == {"book.epub"}


def test_the_best_answer_comes_first(read: CommandInProcess) -> None:
    answers = read("search-text", "--json", "bell").json
    assert names(answers)[0] == "bell.txt"
    scores = [answer["score"] for answer in answers]
    assert scores == sorted(scores, reverse=True)


def test_a_snippet_shows_where(read: CommandInProcess) -> None:
    (answer,) = read("search-text", "--json", "word5x1500", "word5x1502").json
    marked = [answer["snippet"][left:right] for left, right in answer["marks"]]
    assert marked == ["word5x1500", "word5x1502"]
    assert answer["snippet"].startswith("...")
    assert len(answer["snippet"]) < 300
    shown = read("search-text", '"rang the bell"').stdout.splitlines()
    assert len(shown) == 8
    assert all("[rang the bell] by hand" in line for line in shown[1::2])
    assert "[Grüße] an [Zoë]" in read("search-text", "grusse", "zoe").stdout
    assert "[東京]都" in read("search-text", "東京").stdout


def test_a_limit_is_told(read: CommandInProcess) -> None:
    result = read("search-text", "--limit", "2", "bell")
    assert len(result.stdout.splitlines()) == 4
    assert "3 more beyond the limit" in result.stderr
    assert read("search-text", "--limit", "0", "bell").exit_code == 2


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ('"open', "a quotation mark is missing"),
        ('bell ""', "nothing stands between its quotation marks"),
        ("...", "there is no word in it"),
        ("*", "there is no word in it"),
        ("", "there is no word in it"),
        (" ".join(f"w{number}" for number in range(60)), "more than 50 terms"),
        ('"one two three four five six seven eight nine ten"', "a phrase has more than 9 words"),
    ],
)
def test_what_is_no_question_is_an_error_that_says_why(
    question: str, reason: str, library: CommandInProcess
) -> None:
    result = library("search-text", question)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot search: " in result.stderr
    assert reason in result.stderr


def test_no_database_language_is_understood(read: CommandInProcess) -> None:
    for question in (
        "bell OR granite",
        "bell AND",
        "bell:*",
        "'bell'",
        "bell & !x",
        "NEAR(bell",
        "a:bell",
        "%",
    ):
        result = read("search-text", question)
        assert result.exit_code in (0, 1, 2)
        assert "database" not in result.stderr


def test_nothing_found_is_exit_code_one(read: CommandInProcess) -> None:
    result = read("search-text", "zebra")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "nothing found\n"


def test_the_index_follows_the_text(read: CommandInProcess, database_url: str) -> None:
    engine = create_engine(database_url)
    for statement in (
        "UPDATE document_words SET words = 'quite other words' WHERE words LIKE '%nothing but a bell%'",
        "DELETE FROM document_words WHERE words LIKE '%zoe%'",
        "DELETE FROM entity WHERE id IN (SELECT entity_id FROM document WHERE media_type LIKE '%epub%')",
    ):
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()
    assert found(read, '"quite other"') == {"bell.txt"}
    assert found(read, "bell") == LAMP
    assert found(read, "grusse") == set()
    assert found(read, "word0x7") == set()


def test_documents_whose_text_is_still_to_be_read_are_counted(
    read: CommandInProcess, database_url: str
) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE ledger SET version = -1 WHERE system_id = "
                "(SELECT id FROM system WHERE name = 'document.extract_text')"
            )
        )
    engine.dispose()
    assert "9 documents have no current text yet and were not searched" in read("search-text", "x").stderr
    assert read("run").exit_code == 0
    assert found(read, "keeper") == LAMP
    assert read("search-text", "x").stderr == "nothing found\n"


def test_searching_writes_nothing(read: CommandInProcess) -> None:
    before = everything()
    assert read("search-text", "bell").exit_code == 0
    assert everything() == before


def test_every_word_of_a_text_finds_it(library: CommandInProcess, tmp_path: Path) -> None:
    words = "état 3d 1e10 x² don't e-mail a_b C++ 12.5 ½ Ελλάδα привет हिन्दी שלום 한국어 \uff21\uff22 ١٢ ǆ İ"
    add(library, write(tmp_path / "words.txt", words.encode()))
    for word in words.split():
        assert found(library, word) == {"words.txt"}, word
