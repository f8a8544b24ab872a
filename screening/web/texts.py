"""Dates, moments and the patient's own words, the way a page shows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_date, format_datetime, get_timezone_name
from flask_babel import get_locale

from screening.clinical.dates import PartialDate

BIDI_CONTROLS = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def shown_date(text: str | date) -> str:
    """Return "3 May 2026", "May 2026" or "2026" for an ISO date that may be partial."""
    day = PartialDate.parse(str(text))
    pattern = {4: "yyyy", 7: "LLLL yyyy"}.get(len(str(text)), "long")
    return format_date(day.first, pattern, locale=get_locale())


def shown_moment(moment: datetime, zone: str) -> str:
    """Return day, time and the zone's name, so that nobody has to guess whose clock it was."""
    there = moment.astimezone(ZoneInfo(zone))
    name = get_timezone_name(there, width="short", locale=get_locale())
    return f"{format_datetime(there, 'd MMMM yyyy, HH:mm', locale=get_locale())} {name}"


def harmless(text: object) -> object:
    """Return text without controls and direction overrides; Jinja escapes the rest."""
    if not isinstance(text, str) or hasattr(text, "__html__"):
        return text
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c
        for c in text
        if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in BIDI_CONTROLS)
    )


def shown_answer(answer: Mapping[str, Any]) -> str:
    """Return a report's answer as text, a date in the reader's form."""
    try:
        return shown_date(answer["text"])
    except ValueError:
        return str(answer["text"])


def picture_of(text: str) -> str:
    """Return a QR code as inline SVG, without a style of its own."""
    return segno.make(text, micro=False).svg_inline(
        scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None, title=None
    )


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
