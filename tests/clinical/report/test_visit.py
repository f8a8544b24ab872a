"""The verdict for the visit: beside that of the day, never without what is to confirm."""

import warnings
from datetime import date

from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import compile_report
from screening.clinical.report.visit import for_visit, on_a_later_day

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the library's own models, while it is imported
    from fhir.resources.R4B.detectedissue import DetectedIssue

RAW = {
    "procedures": ["mesotherapy-face"],
    "on": "2026-11-21",
    "visit": "2026-12-12",
    "answers": {"painkiller": "yes", "painkiller_last_dose": "2026-11-18", "bleeding": "no"},
    "answered_on": {"bleeding": "2026-11-18"},
    "otherwise": "absent",
}


def report_of(library, **changed):
    raw = {key: value for key, value in {**RAW, **changed}.items() if value}
    return compile_report(library, read_case(library, raw), raw, {"number": "A-1"})


def test_both_verdicts_stand_side_by_side(library):
    [procedure] = report_of(library)["procedures"]
    visit = procedure["visit"]

    assert (procedure["outcome"], procedure["until"]) == ("deferred", "2026-11-25")
    assert (visit["on"], visit["outcome"]) == ("2026-12-12", "no-contraindication-identified")
    assert visit["to_confirm"] == ["painkiller", "painkiller_last_dose"]


def test_without_an_appointment_there_is_one_verdict(library):
    assert "visit" not in report_of(library, visit=None)["procedures"][0]


def test_another_day_of_the_visit_moves_nothing_else(library):
    before = report_of(library)
    after = for_visit(library, before, date(2026, 11, 24))

    assert after["procedures"][0]["visit"]["outcome"] == "deferred"
    assert after == report_of(library, visit="2026-11-24")
    assert for_visit(library, after, date(2026, 12, 12)) == before
    assert for_visit(library, before, None) == report_of(library, visit=None)


def test_a_visit_before_the_answers_or_years_ahead_is_not_weighed(library):
    for day in (date(2026, 11, 20), date(2029, 1, 1)):
        assert "visit" not in for_visit(library, report_of(library), day)["procedures"][0]


def test_on_a_later_day_what_holds_no_more_is_not_known_and_says_why(library):
    report = report_of(library, answers={"painkiller": "no", "bleeding": "no"}, visit=None)
    [today] = on_a_later_day(library, report, date(2026, 11, 21))
    [later] = on_a_later_day(library, report, date(2026, 12, 1))

    assert today["outcome"] == "no-contraindication-identified"
    assert later["outcome"] == "information-needed"
    old = [{"link_id": "painkiller", "answered_on": "2026-11-21", "holds": "the day"}]
    assert {reason["finding"] for reason in later["reasons"]} >= {"nsaid_recent"}
    assert all(reason["outlived"] == old for reason in later["reasons"])


def test_the_visit_is_a_second_detected_issue_with_what_is_to_confirm(library):
    day, visit = report_of(library)["issues"]
    for issue in (day, visit):
        DetectedIssue.model_validate(issue | {"patient": {"display": "Ana Silva"}})
    said = [
        (x["url"].split(":")[-1], x.get("valueDate", x.get("valueString")))
        for x in visit["extension"]
    ]

    assert day["extension"] == [{"url": "urn:screening:weighed-for", "valueDate": "2026-11-21"}]
    assert said == [
        ("weighed-for", "2026-12-12"),
        ("to-confirm", "painkiller"),
        ("to-confirm", "painkiller_last_dose"),
    ]
    assert (day["severity"], visit["severity"]) == ("high", "low")
    assert "Provided that" in visit["detail"] and "Provided that" not in day["detail"]
