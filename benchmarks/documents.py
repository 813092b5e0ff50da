"""Documents: how fast they are read, searched and compared, and what is found in other formats.

The texts are made up: words drawn from a vocabulary in which some are far more frequent than others, as in
any language. Real ones repeat their phrases, too, which finds more and not less.
"""

import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import insert

from benchmarks.figure import Figure
from benchmarks.workshop import Workshop
from dam.core.component import Entity, table_of
from dam.core.config import Settings
from dam.library import Library
from dam.models.document.document_text_component import DocumentTextComponent
from dam.models.document.document_words_component import DocumentWordsComponent
from dam.models.document.samples import docx, eml, epub, html, markdown, odt, pdf, pptx, rtf, txt, xlsx
from dam.testing import visit_bytes

FORMATS: dict[str, Callable[[tuple[str, ...]], bytes]] = {
    "pdf": pdf,
    "docx": docx,
    "odt": odt,
    "epub": epub,
    "html": html,
    "eml": eml,
    "rtf": rtf,
    "txt": txt,
    "md": markdown,
    "pptx": pptx,
    "xlsx": xlsx,
}
SEARCHED = 20_000
_VOCABULARY = 30_000
_AT_ONCE = 1000
_LENGTHS = (80, 16, 6)
"""Words of a paragraph; tables number each."""


def run(workshop: Workshop) -> Iterator[Figure]:
    report = pdf(prose(1, 8000))
    visit_bytes("warm-up.pdf", report)
    times = [_cpu(lambda: visit_bytes("report.pdf", report)) for _ in range(workshop.repetitions)]
    rate = 60 / statistics.median(times)
    yield Figure("PDFs of 20 pages, visited by all systems", rate, "a minute and core", at_least=100)
    if corpus := os.environ.get("DAM_TEST_CORPUS"):
        files = [path.read_bytes() for path in sorted((Path(corpus) / "pdf").glob("*.pdf"))]
        rate = 60 * len(files) / _cpu(lambda: [visit_bytes("some.pdf", data) for data in files])
        yield Figure(
            f"{len(files)} real PDFs, visited by all systems", rate, "a minute and core", at_least=100
        )
    yield from _found(workshop)
    yield from _searched(workshop)


def prose(seed: int, words: int, length: int = 80) -> tuple[str, ...]:
    """Return paragraphs of a length; some words stand in nearly every one."""
    source = random.Random(seed)
    drawn = [f"w{int(_VOCABULARY ** source.random())}" for _ in range(words)]
    return tuple(" ".join(drawn[start : start + length]) for start in range(0, words, length))


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _found(workshop: Workshop) -> Iterator[Figure]:
    """Look for texts in other formats, and for the books of chapters."""
    texts = workshop.scaled(40, 3)
    folder = workshop.new("formats")
    files = folder / "files"
    files.mkdir(parents=True)
    for number in range(texts):
        for name, make in FORMATS.items():
            (files / f"text-{number}.{name}").write_bytes(
                make(prose(number, 200 + 40 * number, _LENGTHS[number % len(_LENGTHS)]))
            )
        chapters = tuple(" ".join(prose(1000 + 20 * number + chapter, 3000)) for chapter in range(10))
        (files / f"book-{number}.epub").write_bytes(epub(chapters))
        (files / f"chapter-{number}.docx").write_bytes(docx(chapters[number % 10 : number % 10 + 1]))
    found = Counter[str]()
    wrong = books = 0
    with _library(folder) as library:
        paths = {one.entity: Path(os.fsdecode(one.path)) for one in library.add([files], recursive=True)}
        names = {entity: path.stem for entity, path in paths.items()}
        for entity, name in names.items():
            if entity is None or name.startswith("book"):
                continue
            answers = [names[match.entity] for match in library.similar_documents(entity).matches]
            wanted = name.replace("chapter", "book")
            right = sum(answer == wanted for answer in answers)
            wrong += len(answers) - right
            if name == wanted:
                found[paths[entity].suffix[1:]] += right
            else:
                books += right
    for name in FORMATS:
        recall = found[name] / (texts * (len(FORMATS) - 1))
        yield Figure(
            f"recall of {texts} texts in other formats, asked for by {name}", recall, "", at_least=0.95
        )
    yield Figure("recall of the books of chapters", books / texts, "", at_least=0.95)
    yield Figure("found, but other documents", wrong, "documents", at_most=0)


def _searched(workshop: Workshop) -> Iterator[Figure]:
    """Time searches for rare and for frequent words."""
    count = workshop.scaled(SEARCHED, 500)
    with _library(workshop.new("texts")) as library:
        with library.world() as world:
            for start in range(1, count + 1, _AT_ONCE):
                some = range(start, min(count, start + _AT_ONCE - 1) + 1)
                texts = {entity: " ".join(prose(entity, 400)) for entity in some}
                world.session.execute(insert(table_of(Entity)), [{"id": entity} for entity in texts])
                for component, column in ((DocumentTextComponent, "text"), (DocumentWordsComponent, "words")):
                    rows = [{"entity_id": entity, "part": 0, column: text} for entity, text in texts.items()]
                    world.session.execute(insert(table_of(component)), rows)
        for what, words in (
            ("a rare word", "w29123"),
            ("two frequent words", "w3 w5"),
            ("a phrase", '"w1 w2"'),
        ):
            times = []
            for _ in range(workshop.repetitions):
                before = time.perf_counter()
                library.search_text(words, limit=20)
                times.append(1000 * (time.perf_counter() - before))
            yield Figure(f"searching {what} among {count} texts", statistics.median(times), "ms")


def _library(folder: Path) -> Library:
    folder.mkdir(exist_ok=True)
    settings = Settings(database_url=f"sqlite:///{folder}/dam.db", store=str(folder / "store"))
    Library.set_up(settings)
    return Library.open(settings)
