"""A date in three boxes, the way people know it: the day, and the month too, may stay empty."""

from __future__ import annotations

from datetime import date

from babel.dates import format_skeleton
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from wtforms import Field, ValidationError

from screening.web.core.guards import context
from screening.web.screenings.whole_date import month_number, split_date

UNREADABLE = "?"  # what no calendar holds, so that clinical.answers refuses it
RIGHT = "right"  # the fourth value of a date: an unusual age is so
ADULT, OLD = 18, 105


class DatePartsField(Field):
    """`data` is an ISO date as far as it is known ("2026-05"), "" for none, "?" for nonsense."""

    confirmed = False  # whether an unusual age was said to be right
    asks = ""  # what is asked about an unusual age

    def process_formdata(self, valuelist: list[str]) -> None:
        parts = [part.strip() for part in [*valuelist, "", "", ""][:3]]
        self.parts = _whole(parts) or parts
        self.confirmed = RIGHT in valuelist[3:]
        self.data: str | None = self._joined()

    def process_data(self, value: str | None) -> None:
        known = value if value and value[0].isdigit() else ""
        self.parts = [*reversed([*known.split("-"), "", ""][:3])] if known else ["", "", ""]
        self.data = value

    def _joined(self) -> str:
        day, month, year = self.parts
        month = month_number(month, get_locale())
        if not any(self.parts):
            return ""
        filled = [year, *([month] if month or day else []), *([day] if day else [])]
        if not all(part.isdecimal() for part in filled) or len(year) != 4:
            return UNREADABLE
        return "-".join(
            f"{int(part):0{width}}" for part, width in zip(filled, (4, 2, 2), strict=False)
        )

    def ask_about_age(self, answer: str, today: date) -> None:
        """Ask once about an age that is rare here; who says that it is right goes on."""
        born = date.fromisoformat(answer)
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if ADULT <= age <= OLD:
            return
        self.asks = ngettext(
            "Yes, the patient is %(num)s year old.", "Yes, the patient is %(num)s years old.", age
        )
        if not self.confirmed:
            raise ValidationError(_("Is this right? Check the year. If it is right, say so below."))

    def mistake(self, whole: bool) -> str:
        """Return what is wrong with the boxes; `whole` says that all three are needed."""
        day, month, year = self.parts
        month = month_number(month, get_locale())
        if whole and not all(self.parts):
            return _("Write the day, the month and the year.")
        if year.isdecimal() and len(year) != 4:
            if len(year) == 2:
                likely = _likely_year(int(year))
                return _("Write the year with four digits. Is it %(year)s?", year=likely)
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


def _whole(parts: list[str]) -> list[str] | None:
    """Return day, month and year where one box holds all of them."""
    filled = [part for part in parts if part]
    return split_date(filled[0], get_locale()) if len(filled) == 1 else None


def _likely_year(two_digits: int) -> int:
    """Return the last year that ends so."""
    now = context().now().year
    return now - (now - two_digits) % 100


def _shown(day: int, month: int, year: int) -> str:
    """Return a day that no calendar holds in the reader's words: "31 February"."""
    first = format_skeleton("MMMMd", date(2000, month, 1), locale=get_locale())
    return (
        first.replace("1", str(day), 1) if "1" in first and day < 100 else f"{day}.{month}.{year}"
    )
