"""Days and moments as the report prints them."""

import pytest

from screening.documents.rendering.dates import (
    answer_text,
    day_text,
    length_text,
    locale_of,
    moment_text,
)


@pytest.mark.parametrize(
    ("iso", "printed"),
    [
        ("2026-05-03", "3 May 2026"),
        ("2026-05", "May 2026"),
        ("2026-05-01/2026-05-31", "May 2026"),
        ("2026-01-01/2026-12-31", "2026"),
        ("2026-11-01/2026-11-20", "1 November 2026 – 20 November 2026"),
    ],
)
def test_a_day_is_printed_as_exactly_as_it_is_known(iso, printed):
    assert day_text(iso, locale_of("en")) == printed


@pytest.mark.parametrize(
    ("language", "printed"),
    [("ru", "3 мая 2026"), ("vi", "3 tháng 5, 2026"), ("ar", "3 مايو 2026")],
)
def test_a_day_is_printed_in_the_reports_language(language, printed):
    assert day_text("2026-05-03", locale_of(language)) == printed


@pytest.mark.parametrize(
    ("zone", "printed"),
    [
        ("Europe/London", "21 November 2026, 10:15 GMT (UTC+0)"),
        ("Asia/Ho_Chi_Minh", "21 November 2026, 17:15 Ho Chi Minh (UTC+7)"),
        ("Asia/Kolkata", "21 November 2026, 15:45 IST (UTC+5:30)"),
        ("America/New_York", "21 November 2026, 05:15 EST (UTC-5)"),
    ],
)
def test_a_moment_is_told_in_the_clinics_zone_which_is_named(zone, printed):
    assert moment_text("2026-11-21T10:15:00+00:00", zone, locale_of("en")) == printed


def test_an_arabic_moment_has_the_comma_of_arabic():
    printed = moment_text("2026-11-21T10:15:00+00:00", "Europe/London", locale_of("ar"))
    assert printed.startswith("21 نوفمبر 2026، 10:15")


@pytest.mark.parametrize(
    "text", ["Yes", "2026-13-40", "1234-05", "2026", "05-03-2026", "2026-02-30"]
)
def test_an_answer_that_is_no_date_stays_as_it_is(text):
    assert answer_text(text, locale_of("en")) == text


@pytest.mark.parametrize(
    ("text", "language", "printed"),
    [
        ("1 month", "en", "1 month"),
        ("48 hours", "en", "48 hours"),
        ("1 day", "ru", "1 день"),
        ("3 days", "ru", "3 дня"),
        ("7 days", "ru", "7 дней"),
        ("2 weeks", "vi", "2 tuần"),
        ("11 months", "ar", "11 شهرًا"),
    ],
)
def test_a_length_of_time_has_the_plural_of_its_language(text, language, printed):
    assert length_text(text, locale_of(language)) == printed
