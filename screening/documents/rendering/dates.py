"""Days and moments as people read them, in the report's language.

A moment is printed in the clinic's zone and always names it.
"""

import re
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    TIMEDELTA_UNITS,
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_timezone_location,
)

from screening.clinical.definitions.dates import PartialDate

LOCALES = {"en": "en_GB"}  # a clinic reads day before month
ISO_DAY = re.compile(r"(?:19|20)\d\d-\d\d(?:-\d\d)?")


def locale_of(language: str) -> Locale:
    """Return the locale that `language` is printed in."""
    return Locale.parse(LOCALES.get(language, language))


def long_date(day: date, locale: Locale) -> str:
    """Print "3 May 2026"; Russian without its "г.", after which a sentence would end twice."""
    return format_date(day, "long", locale).removesuffix("\u202fг.")


def day_text(iso: str, locale: Locale) -> str:
    """Print "2026-05-03", "2026-05", "2026" or a range of days "2026-05-01/2026-05-31"."""
    first, _, last = iso.partition("/")
    days = PartialDate(date.fromisoformat(first), date.fromisoformat(last)) if last else None
    days = days or PartialDate.parse(first)
    if days.first == days.last:
        return long_date(days.first, locale)
    if days == PartialDate.parse(f"{days.first:%Y}"):
        return format_skeleton("y", days.first, locale=locale)
    if days == PartialDate.parse(f"{days.first:%Y-%m}"):
        return format_skeleton("yMMMM", days.first, locale=locale)
    return " – ".join(long_date(day, locale) for day in (days.first, days.last))


def answer_text(text: str, locale: Locale) -> str:
    """Print an answer that is a date as a date, and every other as it is."""
    try:
        return day_text(text, locale) if ISO_DAY.fullmatch(text) else text
    except ValueError:
        return text


def length_text(text: str, locale: Locale) -> str:
    """Print "7 days" or "1 month" in the words and the plural of the locale."""
    count, words = text.split()
    unit = words.removesuffix("s")
    seconds = int(count) * dict(TIMEDELTA_UNITS)[unit]
    # format_unit knows no long form for some languages; this falls back to their short one.
    return format_timedelta(
        seconds,
        granularity=unit,  # type: ignore[arg-type]
        threshold=seconds + 1,
        locale=locale,
    )


def moment_text(iso: str, zone: str, locale: Locale) -> str:
    """Print a moment with its zone: "21 November 2026, 10:15 GMT (UTC+0)"."""
    moment = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone))
    day = long_date(moment, locale)
    assert moment.tzinfo is not None
    clock = format_time(moment, "HH:mm", tzinfo=moment.tzinfo, locale=locale)
    comma = "،" if locale.language == "ar" else ","
    return f"{day}{comma} {clock} {_zone_name(moment, moment.tzinfo, locale)}"


def _zone_name(moment: datetime, zone: tzinfo, locale: Locale) -> str:
    """Name the zone by its letters where it has some (GMT, CET), else by its city."""
    letters = moment.tzname() or ""
    city = get_timezone_location(zone, locale=locale, return_city=True)
    offset = moment.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    hours, rest = divmod(abs(offset), timedelta(hours=1))
    minutes = f":{rest // timedelta(minutes=1):02}" if rest else ""
    return f"{letters if letters.isalpha() else city} (UTC{sign}{hours}{minutes})"
