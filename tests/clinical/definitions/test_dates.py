from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.clinical.definitions.dates import Duration, PartialDate, age_on, outlasts


def test_a_month_stands_for_all_its_days():
    assert PartialDate.parse("2026-02") == PartialDate(date(2026, 2, 1), date(2026, 2, 28))


def test_a_year_stands_for_all_its_days():
    assert PartialDate.parse("2026") == PartialDate(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2026-13", "2026-00", "2026-05-00", "26-01-01", "", "2026-1-1", "٢٠٢٦", "0000"],
)
def test_what_no_calendar_has_is_refused(text):
    with pytest.raises(ValueError):
        PartialDate.parse(text)


def test_seven_days_after_the_first_is_the_eighth():
    assert Duration.parse("7 days").after(date(2026, 5, 1)) == date(2026, 5, 8)


def test_a_month_that_is_too_short_gives_its_last_day():
    assert Duration.parse("1 month").after(date(2026, 1, 31)) == date(2026, 2, 28)


def test_a_wait_past_the_end_of_the_calendar_ends_with_it():
    assert Duration.parse("9999 years").after(date(2026, 1, 1)) == date.max


@pytest.mark.parametrize("text", ["7", "0 days", "7 Days", "-1 days", "1.5 months", "soon"])
def test_what_is_not_a_length_of_time_is_refused(text):
    with pytest.raises(ValueError):
        Duration.parse(text)


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(1, 400),
    st.sampled_from(["day", "week", "month", "year"]),
)
def test_a_wait_never_ends_before_it_began(day, count, unit):
    assert Duration(count, unit).after(day) > day > Duration(count, unit).before(day)


@pytest.mark.parametrize(
    ("wait", "other", "longer"),
    [
        ("1 month", "30 days", True),
        ("1 month", "31 days", False),
        ("30 days", "1 month", True),
        ("4 weeks", "1 month", False),
        ("12 months", "1 year", False),
    ],
)
def test_a_wait_is_longer_where_it_is_in_any_month(wait, other, longer):
    """Thirty days are more than a February, a month more than thirty days of May."""
    assert outlasts(Duration.parse(wait), Duration.parse(other)) is longer


@pytest.mark.parametrize(
    ("month", "day", "years"), [(5, 2, 17), (5, 3, 18), (4, 3, 17), (6, 2, 18)]
)
def test_the_birthday_is_the_day_on_which_a_year_is_full(month, day, years):
    assert age_on(date(2008, 5, 3), date(2026, month, day)) == years


def test_who_is_born_on_29_february_turns_18_on_1_march():
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18
