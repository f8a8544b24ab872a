"""Dates as patients know them, and the waits that are counted from them.

A patient may know only the month or the year. Such a date stands for every
day it may mean, and whoever counts from it has to allow for all of them.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
DURATION = re.compile(r"([1-9]\d{0,3}) (day|week|month|year)s?")


UNTIL_OVER = "until over"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """Every day from `first` to `last`; the same day twice when the date is known."""

    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read "2026-05-03", "2026-05" or "2026". Raises ValueError for anything else."""
        if not text.isascii() or not (found := PARTIAL_DATE.fullmatch(text)):
            raise ValueError(f'"{text}" is not a date; write it like 2026-05-03 or 2026-05')
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        if month is not None and day is not None:
            return cls(date(year, month, day), date(year, month, day))
        if month is not None:
            length = calendar.monthrange(date(year, month, 1).year, month)[1]
            return cls(date(year, month, 1), date(year, month, length))
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def on(cls, day: date) -> PartialDate:
        return cls(day, day)

    def __str__(self) -> str:
        """Write one day as "2026-05-03", more as "2026-05-01/2026-05-31" (ISO 8601)."""
        return str(self.first) if self.first == self.last else f"{self.first}/{self.last}"

    def until(self, day: date) -> PartialDate | None:
        """Return the part up to `day`, or None when the whole of it lies later."""
        return PartialDate(self.first, min(self.last, day)) if self.first <= day else None


@dataclass(frozen=True, slots=True)
class Duration:
    """A wait in calendar units, such as seven days or four months.

    One of no days is over on the finding's date itself, which then says since when.
    """

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read "7 days" or "4 months". Raises ValueError for anything else."""
        if not (found := DURATION.fullmatch(text)):
            raise ValueError(f'"{text}" is not a length of time; write for example "7 days"')
        return cls(int(found[1]), found[2])

    def after(self, day: date) -> date:
        """Return the first day after the wait. `day` is day 0: seven days after 1 May is 8 May.

        A month that is too short gives its last day; a date that no calendar
        holds gives the last one that it does.
        """
        return self._step(day, self.count)

    def before(self, day: date) -> date:
        """Return the first day of the wait that ends on `day`."""
        return self._step(day, -self.count)

    def _step(self, day: date, count: int) -> date:
        try:
            if self.unit in {"day", "week"}:
                return day + timedelta(days=count * (7 if self.unit == "week" else 1))
            months = day.year * 12 + day.month - 1 + count * (12 if self.unit == "year" else 1)
            year, month = divmod(months, 12)
            length = calendar.monthrange(year, month + 1)[1]
            return date(year, month + 1, min(day.day, length))
        except (OverflowError, ValueError):
            return date.max if count > 0 else date.min

    def __str__(self) -> str:
        if not self.count:
            return UNTIL_OVER
        return f"{self.count} {self.unit}{'s' if self.count != 1 else ''}"


def outlasts(wait: Duration, other: Duration) -> bool:
    """Return whether `wait` is the longer one, counted from some month of the year."""
    starts = [date(2023, month, 1) for month in range(1, 13)]
    return any(wait.after(day) > other.after(day) for day in starts)


def age_on(born: date, on: date) -> int:
    """Return the completed years; who was born on 29 February turns a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
