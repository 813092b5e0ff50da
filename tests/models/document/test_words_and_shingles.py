# ruff: noqa: RUF001  texts in many alphabets
"""Words are the same however they are written, and little of their shingles tells how alike texts are."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.models.document.document_text_component import DocumentTextComponent, extract_text
from dam.models.document.document_words_component import list_words, words_in_order
from dam.models.document.language import language_of
from dam.models.document.min_hash import (
    SAMPLED,
    bands_of,
    packed,
    resemblance,
    sample_of,
    shingles_of,
    signature_of,
    unpacked,
)
from dam.models.document.moments import iso_moment, pdf_moment
from dam.models.document.numbering import without_numbering
from dam.models.document.reading import Reading
from dam.models.document.words import placed_words, words_of


@given(st.text())
def test_words_are_letters_and_digits_and_folding_them_again_changes_nothing(text: str) -> None:
    words = words_of(text)
    assert all(word.isalnum() for word in words)
    assert words_of(" ".join(words)) == words


@given(st.text())
def test_places_are_those_of_the_words(text: str) -> None:
    placed = list(placed_words(text))
    for word, start, end in placed:
        assert word in words_of(text[start:end])
    assert [start for _, start, _ in placed] == sorted(start for _, start, _ in placed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Straße, STRASSE", ["strasse", "strasse"]),
        ("don\u2019t don't", ["dont", "dont"]),
        ("exam-\nple well-known", ["example", "well", "known"]),
        ("so\xadft \ufb01ne", ["soft", "fine"]),
        ("\u6771\u4eac tower", ["\u6771", "\u4eac", "tower"]),
        ("", []),
        ("... \u2014 !", []),
    ],
)
def test_a_word_is_found_however_it_is_written(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.lists(st.sampled_from(["a", "bb", "\n", "ccc " * 3000, "d-\ne"]), max_size=60))
def test_a_text_in_parts_has_the_words_of_the_whole(pieces: list[str]) -> None:
    text = " ".join(pieces)
    parts = extract_text(Reading(text))
    assert "".join(part.text for part in parts) == text
    assert all(len(part.text) <= 16_000 for part in parts)
    rebuilt = [DocumentTextComponent(part=part.part, text=part.text) for part in parts]
    assert words_in_order(list_words(tuple(rebuilt))) == words_of(text)


def told(seed: int, count: int) -> list[str]:
    chosen = random.Random(seed)
    return [f"w{chosen.randrange(5000)}" for _ in range(count)]


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8, 0.95, 1.0])
def test_the_least_hashes_tell_how_alike_two_texts_are(kept: float) -> None:
    words = told(1, 4000)
    cut = int(len(words) * kept)
    one, other = shingles_of(words), shingles_of([*words[:cut], *told(2, 4000 - cut)])
    actual = len(np.intersect1d(one, other)) / len(np.union1d(one, other))
    estimated = resemblance(signature_of(one), signature_of(other))
    assert estimated == pytest.approx(actual, abs=0.14)
    if actual > 0.6:
        shared = set(zip(range(32), bands_of(signature_of(one)), strict=True)) & set(
            zip(range(32), bands_of(signature_of(other)), strict=True)
        )
        assert shared


def test_a_part_has_the_sample_of_the_whole_that_is_its_own() -> None:
    words = told(3, 60_000)
    whole, part = set(sample_of(shingles_of(words))), set(sample_of(shingles_of(words[20_000:30_000])))
    assert part <= whole
    assert len(part) == pytest.approx(10_000 / SAMPLED, rel=0.25)


@pytest.mark.parametrize("first", [0, 1, 17])
@pytest.mark.parametrize("length", [4, 12, 60])
def test_numbers_in_front_of_rows_make_no_other_text(first: int, length: int) -> None:
    words = told(4, 600)
    rows = [words[start : start + length] for start in range(0, len(words), length)]
    numbered = [word for number, row in enumerate(rows, first) for word in (str(number), *row)]
    assert without_numbering(numbered) == words
    assert without_numbering(words) == words
    # Nor do they hide where a part of it is from.
    middle = numbered[len(numbered) // 3 : 2 * len(numbered) // 3]
    part, whole = (set(shingles_of(without_numbering(some)).tolist()) for some in (middle, numbered))
    assert len(part - whole) <= 8


@pytest.mark.parametrize(
    "text",
    [
        "in 1914 and in 1918",
        "2 1 are no count",
        "1 " + "word " * 120 + "2",
        "12 13 14 9 10",
        "1234567890 1234567891 x y",
    ],
)
def test_numbers_that_do_not_count_rows_are_kept(text: str) -> None:
    assert without_numbering(text.split()) == text.split()


@given(st.lists(st.sampled_from([*"abcdef", "1", "2", "3", "40", "41"]), max_size=60))
def test_only_numbers_are_left_out_and_never_most_of_a_text(words: list[str]) -> None:
    left = list(without_numbering(words))
    assert [word for word in left if word.isalpha()] == [word for word in words if word.isalpha()]
    assert 2 * len(left) >= len(words)
    assert set(left) <= set(words)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_a_signature_survives_as_bytes_and_depends_on_the_set_alone(words: list[str]) -> None:
    shingles = shingles_of(words)
    signature = signature_of(shingles)
    assert (unpacked(packed(signature)) == signature).all()
    assert (signature_of(shingles[::-1]) == signature).all()
    assert (shingles_of([*words, *words[:0]]) == shingles).all()
    assert all(-(1 << 63) <= value < 1 << 63 for value in bands_of(signature))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "The house is on the hill and it was built by a man who had a horse and that was all",
            "en",
        ),
        (
            "Das Haus steht auf dem Hügel und es ist nicht von mir, sondern von einem, der ein Pferd hat",
            "de",
        ),
        (
            "La maison est sur la colline et elle a été faite par un homme qui avait des chiens et des chats",
            "fr",
        ),
        (
            "La casa que está en la colina no es de los hombres que la hicieron, es de una mujer y sus hijos",
            "es",
        ),
        (
            "Дом стоит на холме, и он не мой, а того, кто его построил, и у него была лошадь, как и у меня",
            "ru",
        ),
        ("Το σπίτι είναι στον λόφο και το έχτισε ένας άνθρωπος", "el"),
        ("家は丘の上にあり、馬を飼っていた男が建てました。", "ja"),
        ("房子在山上是一个养马的人建造的他没有别的东西", "zh"),
        ("xkcd qwfp zxcv arst neio hjkl vbnm yuio dfgh wert sdfg cvbn poiu lkjh mnbv", None),
        ("too short", None),
    ],
)
def test_the_language_is_told_by_letters_and_common_words(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_times_are_read_or_left_out() -> None:
    assert str(pdf_moment("D:20040506070809+02'00'")) == "2004-05-06 07:08:09"
    assert str(pdf_moment("D:2004")) == "2004-01-01 00:00:00"
    assert str(iso_moment("2004-05-06")) == "2004-05-06 00:00:00"
    for nonsense in (None, "", "D:", "yesterday", "2004-13-40", "0000-00-00", "D:99999999999999"):
        assert pdf_moment(nonsense) is None
