"""A whole date in one box: typed, pasted, in any of our languages."""

import pytest
from babel import Locale

from screening.web.screenings.whole_date import order_of, split_date

WRITTEN = ["3/5/1981", "03.05.1981", "1981-05-03", "1981/5/3", "03051981", "19810503"]
WRITTEN += ["٣/٥/١٩٨١", "٠٣-٠٥-١٩٨١"]
WRITTEN += ["3 5 1981", "\u200f٣\u200f/٥\u200f/١٩٨١", "ngày 3 tháng 5 năm 1981"]


@pytest.mark.parametrize("text", WRITTEN)
@pytest.mark.parametrize("language", ["en_GB", "ru", "vi", "ar"])
def test_a_whole_date_is_taken_apart_in_the_order_of_the_language(language, text):
    day, month, year = map(int, split_date(text, Locale.parse(language)))
    assert (day, month, year) == (3, 5, 1981)


def test_the_order_that_alone_makes_a_day_is_taken():
    assert split_date("5/13/1981", Locale.parse("en_GB")) == ["13", "5", "1981"]
    assert split_date("3/5/1981", Locale.parse("en_US")) == ["5", "3", "1981"]
    assert order_of(Locale.parse("vi")) == "dmy"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("3 May 1981", ["3", "May", "1981"]), ("3 мая 1981 г.", ["3", "мая", "1981"])],
)
def test_a_month_may_be_a_word(text, parts):
    assert split_date(text, Locale.parse("ru")) == parts


@pytest.mark.parametrize("text", ["3", "May", "I do not know", "3/5", "last summer", ""])
def test_what_is_no_whole_date_stays_in_its_box(text):
    assert split_date(text, Locale.parse("en_GB")) is None
