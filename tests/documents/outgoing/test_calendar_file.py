"""The aftercare as a calendar file, read back with the library that others use too."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import WORDS, compile_report, translated
from screening.documents.outgoing.calendar_file import aftercare_diary


@pytest.fixture
def planned(library, sample):
    """Return a function that makes a report and a decision for thread lift on 30 November."""

    def make(choice="proceed", language=None, appointment="2026-11-30T09:00:00+00:00"):
        raw = {"procedures": ["thread-lift"], "on": "2026-11-21", "otherwise": "absent"}
        frame = sample["frame"] | {"appointment": appointment}
        case = read_case(library, raw)
        report = compile_report(library, case, raw, frame)
        if language:
            report["translated"] = translated(library, case, language, WORDS)
        decided = [{"procedure": "thread-lift", "decision": choice}]
        return report, {"at": "2026-11-22T09:00:00+00:00", "decisions": decided}

    return make


TWO_WEEKS = date(2026, 11, 30), date(2026, 12, 14)
A_WEEK_LATER = date(2026, 12, 7), date(2026, 12, 8)


def events(diary):
    return Calendar.from_ical(diary).walk("VEVENT")


def test_every_stretch_of_days_and_every_visit_is_an_entry(planned):
    found = events(aftercare_diary(*planned()))
    spans = {(e["dtstart"].dt, e["dtend"].dt, str(e.get("description"))): e for e in found}
    two_weeks = [text for first, end, text in spans if (first, end) == TWO_WEEKS]

    assert any("Avoid: Frowning and other strong faces" in text for text in two_weeks)
    [check_up] = [e for (first, end, _), e in spans.items() if (first, end) == A_WEEK_LATER]
    assert check_up["summary"] == "Aurelia Clinic: Check-up."
    assert check_up["location"] == "1 Demo Street, London"
    assert len({e["uid"] for e in found}) == len(found)
    assert {e["transp"] for e in found} == {"TRANSPARENT"}


def test_the_same_decision_gives_the_same_bytes(planned):
    assert aftercare_diary(*planned()) == aftercare_diary(*planned())


def test_it_speaks_the_patients_language(planned, library):
    texts = library.translations["vi"]
    summaries = [str(e["summary"]) for e in events(aftercare_diary(*planned(language="vi")))]

    assert any(texts["Thread lift (PDO, PLLA or PCL threads)"] in one for one in summaries)


@pytest.mark.parametrize("choice", ["defer", "decline", "request-information"])
def test_what_is_not_done_needs_no_care(planned, choice):
    assert aftercare_diary(*planned(choice)) is None


def test_without_a_day_there_is_no_calendar(planned):
    assert aftercare_diary(*planned(appointment=None)) is None


def test_after_a_treatment_the_days_count_from_it_with_or_without_an_appointment(planned):
    done = date(2026, 12, 2), {"thread-lift"}
    with_one, without = (
        aftercare_diary(*planned("decline", appointment=at), done=done)
        for at in ("2026-11-30T09:00:00+00:00", None)
    )
    days = {e["dtstart"].dt for e in events(without) if "Check-up" in e["summary"]}

    assert days == {date(2026, 12, 9), date(2026, 12, 16)}
    assert len(events(with_one)) == len(events(without))


def test_what_was_not_done_has_no_entry(planned):
    assert aftercare_diary(*planned(), done=(date(2026, 12, 2), {"prp"})) is None


def test_every_entry_has_an_alarm_and_that_of_a_visit_sounds_the_day_before(planned):
    found = events(aftercare_diary(*planned()))
    for entry in found:
        [alarm] = entry.walk("VALARM")
        is_visit = "location" in entry
        assert alarm["action"] == "DISPLAY"
        assert alarm["trigger"].dt == timedelta(hours=-15 if is_visit else 9)
