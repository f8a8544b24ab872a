"""The aftercare on paper: in the order of the days, warning signs apart."""

import re
from datetime import date

import pytest

from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import compile_report
from screening.documents.arranged.aftercare import day_of_treatment, in_order, planned_in
from screening.documents.rendering.render import Reader, render_pdf
from tests.documents.rendering.test_render import plain_text


def sheet(report, *but, raw=False):
    """Return what the sheet says of `report` where the doctor goes ahead with all `but` some."""
    decisions = [
        {"procedure": p["id"], "name": p["name"], "reason": ""}
        | {"decision": "decline" if p["id"] in but else "proceed"}
        for p in report["procedures"]
    ]
    decision = {"doctor": {"name": "Dr Tran"}, "at": "2026-11-30T09:20:00+00:00"}
    decision["decisions"] = decisions
    return plain_text(render_pdf(report, decision, reader=Reader.PATIENT), raw)


@pytest.fixture
def care_report(library, sample):
    """Return a function that makes a report of `procedures` with real lists, without answers."""

    def make(*procedures, appointment=None, **findings):
        raw = {"procedures": list(procedures), "on": "2026-11-21", "otherwise": "absent"}
        raw["findings"] = findings
        frame = sample["frame"] | {"appointment": appointment}
        report = compile_report(library, read_case(library, raw), raw, frame)
        return report | {"sections": []}

    return make


def test_without_an_appointment_the_days_are_counted_and_not_named(care_report):
    text = sheet(care_report("thread-lift"))

    assert "Day 0 is the day of the treatment." in text
    for said in ("For 48 hours", "For 21 days", "For 2 months", "No time given"):
        assert said in text
    assert "until 2 December 2026" not in text


def test_with_an_appointment_the_days_are_real_ones(care_report):
    made = care_report("thread-lift", appointment="2026-11-30T09:00:00+00:00")
    text = sheet(made)

    assert "treatment on 30 November 2026" in text
    for said in (
        "until 2 December 2026",
        "until 20 December 2026",
        "until 29 December 2026",
        "After 7 days, 7 December 2026: Check-up. (must be kept)",
        "After 3 months, 28 February 2027: Talk with the doctor. (advised)",
    ):
        assert said in text

    [procedure] = made["procedures"]
    rows = in_order(procedure["aftercare"], date(2026, 11, 30), date(2026, 11, 21))["rows"]
    assert {row["lasts"]: (row["first"], row["last"]) for row in rows[:3]} == {
        "48 hours": ("2026-11-30", "2026-12-02"),
        "3 days": ("2026-11-30", "2026-12-02"),
        "7 days": ("2026-11-30", "2026-12-06"),
    }
    assert next(iter(rows))["lasts"] == "48 hours"


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/London", date(2026, 11, 29)), ("Asia/Ho_Chi_Minh", date(2026, 11, 30))],
)
def test_the_day_of_treatment_is_the_day_where_the_clinic_is(zone, day):
    frame = {"appointment": "2026-11-29T23:30:00+00:00", "zone": zone}

    assert day_of_treatment(frame) == day
    assert day_of_treatment(frame | {"appointment": None}) is None


def test_warning_signs_say_who_to_call_emergencies_first(care_report):
    text = sheet(care_report("soft-lifting"))

    order = [
        "Emergency: call an ambulance at once",
        "Signs of a stroke",
        "Call us as soon as you can: +44 20 7946 0000",
        "Lumps, or skin that is still uneven",
        "What is normal",
    ]
    places = [text.index(said) for said in order]
    assert places == sorted(places)


def test_what_is_left_out_is_said_with_its_reason_and_not_advised(care_report):
    made = care_report("soft-lifting", allergy_daisy_family="unknown")
    text = sheet(made)

    [left_out] = re.findall(r"Left out for this patient.*?What is normal", text)
    assert "Arnica cream" in left_out
    assert "Allergy to arnica, chamomile or the daisy family (not known)" in left_out
    assert "Arnica cream" not in text[: text.index(left_out)].split("Aftercare", 1)[1]


def test_rows_stand_in_the_order_of_their_days_and_open_ends_come_last(care_report):
    [procedure] = care_report("mesotherapy-face")["procedures"]
    rows = in_order(procedure["aftercare"], None, date(2026, 11, 21))["rows"]

    assert [(row["starts"], row["lasts"]) for row in rows] == [
        ("", "1 day"),
        ("", "7 days"),
        ("", "14 days"),
        ("1 day", "3 days"),
        ("2 days", ""),
        ("", ""),
    ]
    assert all(row["first"] is None and row["last"] is None for row in rows)


def test_every_list_of_the_library_can_be_printed_without_a_promise(care_report, library):
    made = care_report(*library.procedures, appointment="2026-11-30T09:00:00+00:00")
    # Cell after cell, as it is tagged; a hyphen at the end of a line is lost.
    text = sheet(made, raw=True).replace("-", "")

    for procedure in made["procedures"]:
        for part in ("advice", "warning_signs", "expectations", "visits", "course"):
            for said in procedure["aftercare"][part]:
                assert said["text"].replace("-", "") in text
    assert not re.search(r"\b(safe|eligible|cleared)\b", text, re.IGNORECASE)


def test_a_report_from_before_there_was_aftercare_can_still_be_printed(report):
    assert all("aftercare" not in procedure for procedure in report["procedures"])

    assert "Aftercare" not in plain_text(render_pdf(report))


def test_the_plan_has_the_care_of_everything_that_the_doctor_goes_ahead_with(care_report):
    made = care_report("thread-lift", "soft-lifting", "prp")
    chosen = {"thread-lift": "proceed-with-conditions", "soft-lifting": "defer", "prp": "proceed"}
    decisions = [
        {"procedure": p["id"], "name": p["name"], "decision": chosen[p["id"]], "reason": ""}
        for p in made["procedures"]
    ]
    decision = {"doctor": {"name": "Dr Tran"}, "at": "2026-11-30T09:20:00+00:00"}
    decision["decisions"] = decisions
    text = plain_text(render_pdf(made, decision, reader=Reader.PATIENT))

    assert planned_in(decision) == {"thread-lift", "prp"}
    first = {p["id"]: p["aftercare"]["advice"][0]["text"] for p in made["procedures"]}
    assert {id for id, said in first.items() if said in text} == {"thread-lift", "prp"}
    assert planned_in(None) == set()


def test_a_warning_sign_says_on_which_days_it_mostly_shows(care_report):
    made = care_report("soft-lifting")
    signs = made["procedures"][0]["aftercare"]["warning_signs"]
    first, second, third, *_ = signs
    first |= {"text": "Sign one.", "starts": "3 days", "ends": "14 days"}
    second |= {"text": "Sign two.", "starts": "7 days", "ends": None}
    third |= {"text": "Sign three.", "starts": None, "ends": "2 days"}
    for sign in signs[3:]:
        sign |= {"starts": None, "ends": None}
    del signs[3]["starts"], signs[3]["ends"]  # as the first reports were
    text = sheet(made)

    assert "Sign one. (mostly from 3 days to 14 days after the treatment)" in text
    assert "Sign two. (mostly from 7 days after the treatment on)" in text
    assert "Sign three. (mostly in the first 2 days)" in text
    assert text.count("mostly") == 3
