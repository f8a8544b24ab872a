"""A whole date in one box, as it is typed or pasted: "3/5/1981", "1981-05-03", "3 May 1981"."""

from __future__ import annotations

import re
from datetime import date

from babel import Locale
from babel.dates import get_date_format, get_month_names

# What stands beside the numbers: "ngày 3 tháng 5 năm 1981", "3 мая 1981 г."
FILLERS = {"ngày", "tháng", "năm", "г", "года", "of"}
MARKS = re.compile(r"[^\w]+", re.UNICODE)


def split_date(text: str, locale: Locale) -> list[str] | None:
    """Return day, month and year as they stand in `text`, None where it is no whole date.

    Year first is year, month, day; else the order is that of the language, and the other one
    where only that can be. The parts may be words, or numbers that no calendar holds.
    """
    words = [word for word in MARKS.split(text.strip()) if word]
    words = [word for word in words if word.casefold() not in FILLERS]
    if len(words) == 1 and len(words[0]) == 8 and words[0].isdecimal():
        words = _cut(words[0], locale)
    if len(words) != 3 or sum(word.isdecimal() for word in words) < 2:
        return None
    if len(words[0]) == 4 and words[0].isdecimal():
        year, month, day = words
        return [day, month, year]
    order = order_of(locale)
    if "y" in order[:2]:
        order = "dmy"
    found = dict(zip(order, words, strict=True))
    if not found["d"].isdecimal() or (_number(found["m"]) > 12 >= _number(found["d"])):
        found["d"], found["m"] = found["m"], found["d"]
    return [found["d"], found["m"], found["y"]]


def order_of(locale: Locale) -> str:
    """Return how the language writes a date in numbers: "dmy", "mdy" or "ymd"."""
    pattern = get_date_format("short", locale).pattern.lower()
    letters = [letter for letter in pattern if letter in "dmy"]
    return "".join(dict.fromkeys(letters))


def _cut(digits: str, locale: Locale) -> list[str]:
    """Return eight digits in a row as three parts: the year stands where it makes a day."""
    first = [digits[:4], digits[4:6], digits[6:]]
    last = [digits[:2], digits[2:4], digits[4:]]
    return first if digits[:2] in {"19", "20"} and _is_day(first) else last


def _is_day(parts: list[str]) -> bool:
    try:
        date(*map(int, parts))
    except ValueError:
        return False
    return True


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def month_number(text: str, locale: Locale) -> str:
    """Return the number of a month that is written as a word, anything else as it is."""
    plain = text.casefold().rstrip(".")
    for spoken in (locale, "en"):
        for width in ("wide", "abbreviated"):
            for form in ("format", "stand-alone"):
                for number, name in get_month_names(width, form, spoken).items():
                    if plain and plain == name.casefold().rstrip("."):
                        return str(number)
    return text
