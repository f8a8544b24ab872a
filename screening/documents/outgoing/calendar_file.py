"""The aftercare as a calendar file (iCalendar, RFC 5545) for the patient's own diary.

Each stretch of days is one entry over those days, each visit one entry on its day. An alarm
sounds in the morning of the first day, for a visit on the day before. Nothing in it blocks
time, and the same decision and treatment give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from screening.clinical.report.parts import Report
from screening.documents.arranged.aftercare import day_of_treatment, in_order, planned_in
from screening.documents.rendering.wording import say_in, words_of

if TYPE_CHECKING:
    from icalendar import Event


ON_THE_DAY = timedelta(hours=9)  # from its midnight
THE_DAY_BEFORE = timedelta(hours=-15)


def aftercare_diary(
    report: Report, decision: Mapping[str, Any], done: tuple[date, set[str]] | None = None
) -> bytes | None:
    """Return the plan of what was `done` on which day, or else of what the doctor goes ahead with.

    None where there is no such procedure, or no day is known for it.
    """
    from icalendar import Calendar  # 4 MB that most processes never need

    frame = report["frame"]
    appointment = {"appointment": frame["appointment"], "zone": frame["zone"]}
    treated, planned = done or (day_of_treatment(appointment), planned_in(decision))
    texts: Mapping[str, Any] = report.get("translated") or report
    language = texts.get("language") or frame["language"]
    say = say_in(language, words_of(report, language))
    if treated is None or not planned:
        return None
    calendar = Calendar()
    calendar.add("prodid", "-//Screening//Aftercare//EN")
    calendar.add("version", "2.0")
    entries = [
        entry
        for procedure in texts["procedures"]
        if procedure["id"] in planned and procedure.get("aftercare")
        for entry in _entries(procedure, treated, frame["clinic"], say)
    ]
    if not entries:
        return None
    for number, entry in enumerate(entries, 1):
        entry.add("uid", f"{frame['number']}-{number}@screening")
        entry.add("dtstamp", datetime.fromisoformat(decision["at"]))
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    written: bytes = calendar.to_ical()
    return written


def _entries(
    procedure: Mapping[str, Any], treated: date, clinic: Mapping[str, str], say: Any
) -> Iterator[Event]:
    care = in_order(procedure["aftercare"], treated, treated)
    for row in care["rows"]:
        if row["starts"] or row["lasts"]:
            last = row["last"] or row["first"]
            title = f"{say('Aftercare')}: {procedure['name']}"
            yield _entry(title, row["first"], last, _advice(row, say), ON_THE_DAY)
    for visit in care["visits"]:
        title = f"{clinic['name']}: {visit['text']}"
        entry = _entry(title, visit["on"], visit["on"], "", THE_DAY_BEFORE)
        entry.add("location", clinic["address"])
        yield entry


def _entry(title: str, first: str, last: str, text: str, alarm_at: timedelta) -> Event:
    from icalendar import Alarm, Event

    entry = Event()
    entry.add("summary", title)
    entry.add("dtstart", date.fromisoformat(first))
    entry.add("dtend", date.fromisoformat(last) + timedelta(days=1))  # RFC 5545: not included
    if text:
        entry.add("description", text)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", alarm_at)
    entry.add_component(alarm)
    return entry


def _advice(row: Mapping[str, Any], say: Any) -> str:
    lines = []
    for head, said in ((say("Do"), row["do"]), (say("Avoid"), row["avoid"])):
        lines += [f"{head}: {advice.text}" for advice in said]
    return "\n".join(lines)
