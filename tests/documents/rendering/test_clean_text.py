"""Hostile and odd texts, before they reach the page."""

import time

import pytest

from screening.documents.rendering.clean_text import (
    NO_GLYPH,
    ZERO_WIDTH_SPACE,
    clean_text,
    clean_texts,
)


@pytest.mark.parametrize(
    "text",
    [
        "Metformin 500 mg, twice a day.",
        "Nguyễn Thị Lan",
        "Анна Петровна Щёголева",
        "ليلى أحمد",
        "sha256:" + "3f" * 32,
        "<b>5 < 6 & 7</b>",
    ],
)
def test_what_people_write_stays_as_it_is(text):
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\x00b\x07c\x9f", "abc"),
        ("paid \u202exelpmoc\u202c\u2066\u200f", "paid xelpmoc"),
        ("half \ud83d a pair", f"half {NO_GLYPH} a pair"),
        ("smile \U0001f600", "smile [grinning face]"),
        ("\u2764\ufe0f\U0001f1fb\U0001f1f3", "[heavy black heart, flag VN]"),
        ("Ana \U0001f338 Li", "Ana [cherry blossom] Li"),
        ("ไทย עברית हिन्दी ꯃꯤ \ue000", "ไทย עברית हिन्दी [U+ABC3, U+ABE4] [U+E000]"),
        ("王小明 佐藤さくら 김민수", "王小明 佐藤さくら 김민수"),
        ("e\u0301", "é"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("tab\there\u00a0and\u3000there", "tab here and there"),
        ("Aspirin 100 mg\r\n\r\n Metformin\n", "Aspirin 100 mg / Metformin"),
    ],
)
def test_what_cannot_be_printed_is_left_out_or_shown_as_missing(typed, printed):
    assert clean_text(typed) == printed


def test_a_letter_carries_three_marks_at_most():
    assert clean_text("x" + "\u0335" * 50) == "x" + "\u0335" * 3


def test_a_text_that_is_too_long_is_cut_where_it_can_be_seen():
    assert clean_text("no " * 300, longest=10) == "no no no …"
    assert clean_text("y" * 10, longest=10) == "y" * 10


def test_a_very_long_word_may_break_and_loses_no_letter():
    softened = clean_text("q" * 200)
    assert max(map(len, softened.split(ZERO_WIDTH_SPACE))) == 30
    assert softened.replace(ZERO_WIDTH_SPACE, "") == "q" * 200


def test_a_break_does_not_part_a_mark_from_its_letter():
    parts = clean_text("q\u0331" * 100).split(ZERO_WIDTH_SPACE)
    assert all(part.startswith("q") for part in parts)


def test_every_text_of_a_report_is_cleaned_and_names_are_short():
    report = {"name": "n" * 300, "rows": [{"text": "a\x00", "until": None}, ("\u202e", 3)]}
    assert clean_texts(report) == {
        "name": clean_text("n" * 300, longest=100),
        "rows": [{"text": "a", "until": None}, ["", 3]],
    }


def test_a_million_characters_cost_no_more_than_a_page():
    clean_text("warm up é")
    started = time.perf_counter()
    for text in (
        "x" * 1_000_000,
        "\u00a0" * 1_000_000,
        "e\u0301\u0316" * 300_000,
        "\n" * 1_000_000,
    ):
        clean_text(text)
    assert time.perf_counter() - started < 2
