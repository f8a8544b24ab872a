"""Dates, moments and the patient's own words, the way a page shows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import segno
from babel import Locale
from babel.dates import (
    TIMEDELTA_UNITS,
    format_date,
    format_datetime,
    format_time,
    format_timedelta,
    get_timezone_gmt,
    get_timezone_name,
)
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from screening.clinical.definitions.dates import UNTIL_OVER, PartialDate
from screening.clinical.definitions.eligibility import UNTIL_RESOLVED
from screening.clinical.definitions.questionnaire import TELL_DOCTOR, THE_DAY
from screening.clinical.report.parts import AnsweredBy
from screening.clinical.report.report import INTERPRETER, RELATIVE

BIDI_CONTROLS = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def declaration_text(by: AnsweredBy) -> str:
    """Return the exact words that are agreed to; they are kept with the agreement."""
    if by["who"] == RELATIVE:
        return _(
            "I am a relative or guardian of the patient and have answered these questions for "
            "the patient. As far as I know, every answer is true and complete. "
            "If anything changes before the treatment, I will tell the clinic. "
            "I agree that the clinic keeps the answers and uses them to check "
            "whether the treatment suits the patient."
        )
    return f"{_first_words(by)} " + _(
        "As far as I know, every answer is true and complete. "
        "If anything changes before my treatment, I will tell the clinic. "
        "I agree that the clinic keeps my answers and uses them to check "
        "whether the treatment suits me."
    )


def _first_words(by: AnsweredBy) -> str:
    if by["who"] == INTERPRETER:
        return _(
            "I have answered these questions with the help of an interpreter, %(name)s.",
            name=by["name"],
        )
    return _("I have answered these questions myself.")


def shown_date(text: str | date, language: str | None = None) -> str:
    """Return "3 May 2026", "May 2026" or "2026" for an ISO date that may be partial.

    In the page's language, or in `language`.
    """
    day = PartialDate.parse(str(text))
    locale = Locale.parse(language) if language else get_locale()
    if pattern := {4: "yyyy", 7: "LLLL yyyy"}.get(len(str(text))):
        return format_date(day.first, pattern, locale=locale)
    # Russian ends with "г.", after which a sentence would end twice.
    return format_date(day.first, "long", locale=locale).removesuffix("\u202fг.")


def shown_moment(moment: datetime, zone: str) -> str:
    """Return day, time and the zone's name, so that nobody has to guess whose clock it was."""
    there = moment.astimezone(ZoneInfo(zone))
    name = get_timezone_name(there, width="short", locale=get_locale())
    if not name[0].isalpha():  # some languages have no short name for most zones
        name = get_timezone_gmt(there, locale=get_locale())
    comma = "،" if get_locale().language == "ar" else ","
    return f"{format_datetime(there, f'd MMMM yyyy{comma} HH:mm', locale=get_locale())} {name}"


def card_date(moment: datetime, zone: str) -> tuple[str, str, str]:
    """Return weekday, day and month, as an appointment's card shows them above each other."""
    there = moment.astimezone(ZoneInfo(zone))
    weekday, day, month = (
        format_datetime(there, part, locale=get_locale()) for part in ("EEE", "d", "LLL")
    )
    return weekday, day, month


def iso_day(moment: datetime, zone: str) -> str:
    """Return the day at the clinic, for one day to be compared with another."""
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


def shown_clock(moment: datetime, zone: str) -> str:
    """Return the time of day at the clinic, such as "10:32"."""
    return format_time(moment.astimezone(ZoneInfo(zone)), "HH:mm", locale=get_locale())


def shown_duration(seconds: int) -> str:
    """Return how long something took in the two or three digits that matter, such as "12 min"."""
    # Below two hours in minutes, below two days in hours.
    return format_timedelta(
        timedelta(seconds=seconds), threshold=2, format="short", locale=get_locale()
    )


def harmless(text: object) -> object:
    """Return text without controls and direction overrides; Jinja escapes the rest."""
    if type(text) is Markup or not isinstance(text, str) or text.isprintable():
        return text  # no control and no override is printable
    return "".join(
        c
        for c in text
        if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in BIDI_CONTROLS)
    )


def shown_answer(answer: Mapping[str, Any], language: str | None = None) -> str:
    """Return a report's answer as text, a date in the reader's form."""
    return shown_text(answer["text"], language)


def picture_of(text: str) -> str:
    """Return a QR code as inline SVG, without a style of its own; the page around it names it."""
    drawn = segno.make(text, micro=False).svg_inline(
        scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None, title=None
    )
    return drawn.replace("<svg ", '<svg aria-hidden="true" ', 1)


BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}


def browser_family(agent: str) -> str:
    """Return what kind of browser calls itself `agent`; the order matters, all say "Safari"."""
    return next((name for sign, name in BROWSERS.items() if sign in agent), "")


def is_withheld(answer: Mapping[str, Any]) -> bool:
    """Return whether the patient will tell this only to the doctor."""
    return TELL_DOCTOR in (answer["answer"], *answer["answer"])


def shown_text(text: str, language: str | None = None) -> str:
    """Return an answer's text, a date in the form of the reader or of `language`."""
    try:
        return shown_date(text, language)
    except ValueError:
        return text


def shown_wait(text: str) -> str:
    """Return "7 days", "until resolved" or "the day" in the words of the page."""
    resolved = _("until resolved")
    words = {UNTIL_RESOLVED: resolved, UNTIL_OVER: resolved, str(THE_DAY): _("the day")}
    if text in words:
        return words[text]
    count, unit = text.split()
    seconds = int(count) * dict(TIMEDELTA_UNITS)[unit.removesuffix("s")]
    return format_timedelta(
        timedelta(seconds=seconds),
        granularity=unit.removesuffix("s"),  # type: ignore[arg-type]
        threshold=seconds + 1,
        locale=get_locale(),
    )


def state_words() -> dict[str, str]:
    """Return the states of a screening as the staff reads them."""
    return {
        "invited": _("Invited"),
        "in-progress": _("Answering"),
        "submitted": _("Finished"),
        "decided": _("Doctor has decided"),
        "withdrawn": _("Withdrawn"),
        "expired": _("Expired"),
        "superseded": _("Replaced"),
        "confirmed": _("Confirmed on arrival"),
        "erased": _("Erased"),
    }


def arrival_row_words() -> dict[str, str]:
    """Return the rows of an arrival as patient and doctor read them."""
    return {
        "pregnancy": _("Are you pregnant, or could you be?"),
        "period": _("Do you have your period now?"),
        "illness": _("Are you ill, or have you been ill since then?"),
        "infection": _("Is anything wrong with your skin where you are to be treated?"),
        "cold-sore": _("Do you have a cold sore, or feel one coming?"),
        "medicines": _("Have you taken, started or stopped any medicine since then?"),
        "else": _("Has anything else in your health changed?"),
    }


def evidence_words() -> dict[str, str]:
    """Return in words how strong the evidence of a rule is."""
    return {
        "label": _("strong: the product label says so"),
        "law": _("binding: the law says so"),
        "regulator": _("strong: a regulator says so"),
        "guideline": _("strong: a clinical guideline says so"),
        "guidance": _("moderate: official guidance says so"),
        "paper": _("moderate: a published paper says so"),
        "clinic": _("weak: the practice of clinics"),
        "inference": _("weak: our inference, no source says it in these words"),
    }
