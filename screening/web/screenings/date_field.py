"""A date in three boxes, the way people know it: the day, and the month too, may stay empty."""

from __future__ import annotations

from datetime import date

from babel.dates import format_skeleton, get_month_names
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import Field

UNREADABLE = "?"  # what no calendar holds, so that clinical.answers refuses it


class DatePartsField(Field):
    """`data` is an ISO date as far as it is known ("2026-05"), "" for none, "?" for nonsense."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.parts = [part.strip() for part in [*valuelist, "", "", ""][:3]]
        self.data: str | None = self._joined()

    def process_data(self, value: str | None) -> None:
        known = value if value and value[0].isdigit() else ""
        self.parts = [*reversed([*known.split("-"), "", ""][:3])] if known else ["", "", ""]
        self.data = value

    def _joined(self) -> str:
        day, month, year = self.parts
        month = month_number(month)
        if not any(self.parts):
            return ""
        filled = [year, *([month] if month or day else []), *([day] if day else [])]
        if not all(part.isdecimal() for part in filled) or len(year) != 4:
            return UNREADABLE
        return "-".join(
            f"{int(part):0{width}}" for part, width in zip(filled, (4, 2, 2), strict=False)
        )

    def mistake(self, whole: bool) -> str:
        """Return what is wrong with the boxes; `whole` says that all three are needed."""
        day, month, year = self.parts
        month = month_number(month)
        if whole and not all(self.parts):
            return _("Write the day, the month and the year.")
        if year.isdecimal() and len(year) != 4:
            return _("Write the year with four digits, for example 2026.")
        if not year and (month or day):
            return _("Write the year too.")
        if day and not month:
            return _("Write the month too, or leave the day empty.")
        if month.isdecimal() and not 1 <= int(month) <= 12:
            return _("There is no month %(number)s. Write 1 to 12.", number=int(month))
        if day.isdecimal() and month.isdecimal() and year.isdecimal():
            shown = _shown(int(day), int(month), int(year))
            return _("%(day)s does not exist. Check the day and the month.", day=shown)
        return _("This is not a date. Write it as numbers, for example 27 3 2026.")


def month_number(text: str) -> str:
    """Return the number of a month that is written as a word, anything else as it is."""
    plain = text.casefold().rstrip(".")
    for locale in (get_locale(), "en"):
        for width in ("wide", "abbreviated"):
            for form in ("format", "stand-alone"):
                for number, name in get_month_names(width, form, locale).items():
                    if plain and plain == name.casefold().rstrip("."):
                        return str(number)
    return text


def _shown(day: int, month: int, year: int) -> str:
    """Return a day that no calendar holds in the reader's words: "31 February"."""
    first = format_skeleton("MMMMd", date(2000, month, 1), locale=get_locale())
    return (
        first.replace("1", str(day), 1) if "1" in first and day < 100 else f"{day}.{month}.{year}"
    )
