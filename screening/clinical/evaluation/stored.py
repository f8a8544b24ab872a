"""The one way from what is stored of a screening to the case that is weighed for a day.

Sending, arriving, asking again, a new appointment, a wait that ends: each weighs the same
answers, every one with the day on which it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from screening.clinical.definitions.questionnaire import Answers
from screening.clinical.evaluation.case_fields import LONGEST_AHEAD


def raw_case(
    procedures: Iterable[str],
    answers: Answers,
    answered_on: Mapping[str, date],
    on: date,
    visit: date | None = None,
) -> dict[str, Any]:
    """Return the case for the day `on` as `read_case` reads it and a report keeps it.

    No answer is newer than `on`: a clock that was put back makes none. A visit before that day,
    or years ahead, is a slip of the pen and no day to weigh for.
    """
    raw: dict[str, Any] = {
        "procedures": list(procedures),
        "on": on.isoformat(),
        "answers": dict(answers),
    }
    older = {key: day for key in answers if (day := answered_on.get(key, on)) < on}
    if older:
        raw["answered_on"] = {key: day.isoformat() for key, day in older.items()}
    if visit and can_be_weighed(visit, on):
        raw["visit"] = visit.isoformat()
    return raw


def can_be_weighed(visit: date, on: date) -> bool:
    """Return whether answers of the day `on` say anything about a visit on that day."""
    return on <= visit <= LONGEST_AHEAD.after(on)
