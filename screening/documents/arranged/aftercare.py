"""The aftercare of a report in the order of its days, ready to be printed."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from screening.clinical.definitions.aftercare import Advice, Entry, Span, calendar
from screening.clinical.definitions.dates import Duration


def day_of_treatment(frame: Mapping[str, Any]) -> date | None:
    """Return the day of the appointment where the clinic is, None where none is made."""
    if not frame["appointment"]:
        return None
    return datetime.fromisoformat(frame["appointment"]).astimezone(ZoneInfo(frame["zone"])).date()


def planned_in(decision: Mapping[str, Any] | None) -> set[str]:
    """Return the procedures that the doctor goes ahead with."""
    decided = decision["decisions"] if decision else ()
    return {one["procedure"] for one in decided if one["decision"].startswith("proceed")}


def in_order(aftercare: Mapping[str, Any], treated: date | None, on: date) -> dict[str, Any]:
    """Return `aftercare` with its advice as rows, one for each stretch of time.

    Rows and visits carry real days where it is known when the patient is
    `treated`; otherwise `on` stands in to find their order, and is not shown.
    """
    entries = calendar(map(_advice, aftercare["advice"]), treated or on)
    entries.sort(key=_rank)
    rows = []
    for (starts, lasts), group in groupby(entries, key=lambda e: _stretch(e.advice)):
        together = list(group)
        rows.append(
            {
                "starts": starts,
                "lasts": lasts,
                "first": together[0].first.isoformat() if treated else None,
                "last": _iso(together[0].last) if treated else None,
                "do": [e.advice for e in together if not e.advice.avoid],
                "avoid": [e.advice for e in together if e.advice.avoid],
            }
        )
    visits = [
        visit | {"on": _iso(Duration.parse(visit["after"]).after(treated)) if treated else None}
        for visit in aftercare["visits"]
    ]
    return {**aftercare, "rows": rows, "visits": visits}


def _advice(said: Mapping[str, Any]) -> Advice:
    source, *also = said["sources"]
    return Advice(
        text=said["text"],
        source=source,
        also=tuple(also),
        evidence=said["evidence"],
        note=said["note"],
        avoid=said["avoid"],
        starts=Duration.parse(said["starts"]) if said["starts"] else None,
        lasts=Span.parse(said["lasts"]) if said["lasts"] else None,
    )


def _rank(entry: Entry) -> tuple[bool, date, date, bool, tuple[str, str]]:
    """Put what has no time at all last, hours before days, and equal stretches together."""
    stretch, lasts = _stretch(entry.advice), entry.advice.lasts
    in_days = lasts is None or lasts.unit != "hour"
    return stretch == ("", ""), entry.first, entry.last or date.max, in_days, stretch


def _stretch(advice: Advice) -> tuple[str, str]:
    return str(advice.starts or ""), str(advice.lasts or "")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
