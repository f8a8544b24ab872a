"""Reports that were issued then verify now, and those that waited are made."""

from datetime import timedelta

import pytest

from screening.workflow.reports import making
from screening.workflow.reports.verification import replay
from tests.museum.visiting import ON_SQLITE, sha256

EARLY = {"first visit screening", "arrived screening", "decided screening"}
WITH_VERDICTS = {"screening", "decided"}  # patients' own papers carry no record


def sealed(museum):
    """Yield (name, what the manifest says, the row, the PDF) of every report that was issued."""
    for name, told in museum.told["screenings"].items():
        for report in told["reports"]:
            if report["state"] == "sealed":
                rows = museum.rows_of(told["id"], report["kind"])
                [row] = [r for r in rows if r.sequence == report["sequence"]]
                yield f"{name} {report['kind']}", told, row, museum.pdf_of(row)


def test_every_issued_report_is_the_same_file(shown):
    count = 0
    for name, told, row, pdf in sealed(shown):
        [report] = [r for r in told["reports"] if r["code"] == row.code]
        assert sha256(pdf) == report["sha256"] == row.sha256, name
        count += 1
    assert count > 2


@pytest.mark.parametrize("shown", ON_SQLITE, indirect=True)
def test_every_issued_report_passes_and_replays_to_the_same_outcomes(shown):
    for name, told, row, pdf in sealed(shown):
        found, record = shown.verify_with_record(pdf, row.code)
        assert (found.status, found.reasons) == ("PASSED", ()), name
        if row.kind not in WITH_VERDICTS:
            assert found.replayed is None, name
            continue
        assert found.replayed is True, name
        assert record["definitions"] == told["definitions"], name
        outcomes = {p["procedure"]: p["outcome"] for p in record["verdicts"]["procedures"]}
        assert outcomes == told["outcomes"], name


@pytest.mark.parametrize("shown", ON_SQLITE, indirect=True)
def test_a_report_of_each_version_of_the_lists_is_there(shown):
    versions = [told["definitions"] for _, told, _, _ in sealed(shown)]
    assert set(versions) == set(shown.told["definitions"])


@pytest.mark.parametrize("shown", ON_SQLITE, indirect=True)
def test_a_report_kept_elsewhere_is_still_whole_after_the_patient_was_erased_here(shown):
    """Its seal and its rules are judged; what was issued under its number nobody knows any more."""
    pdf = (shown.wing / shown.screening("erased")["pdf"]).read_bytes()
    found = shown.check(pdf)

    assert (found["status"], found["reasons"]) == ("PASSED", ())
    assert replay(shown.context, found["record"]) is True


@pytest.mark.parametrize("shown", ON_SQLITE, indirect=True)
def test_no_report_is_ever_called_false_because_time_passed(shown):
    """A seal counts for three years, one with a trusted timestamp for as long as the timestamp."""
    stamped = [name for name, told in shown.told["screenings"].items() if told.get("stamped")]
    found = {}
    for name, told, row, pdf in sealed(shown):
        if name in {*EARLY, *(f"{name} screening" for name in stamped)}:
            for years in (2, 4):
                when = shown.now + timedelta(days=365 * years)
                found[bool(told.get("stamped")), years] = shown.verify(pdf, row.code, when).status
    ends = {(False, 2): "PASSED", (False, 4): "INDETERMINATE"}
    assert found == ends | ({(True, 2): "PASSED", (True, 4): "PASSED"} if stamped else {})


def test_reports_that_waited_and_those_that_failed_are_made(museum):
    told = museum.screening("report failing")
    [row] = museum.rows_of(told["id"], "screening")
    assert row.attempts == 3 and row.error == "RenderError: the report could not be rendered"
    waiting = [
        (name, report["kind"])
        for name, told in museum.told["screenings"].items()
        for report in told["reports"]
        if report["state"] == "pending"
    ]
    assert len(making.due_reports(museum.context)) == len(waiting) > 2

    row, pdf = museum.make(told["id"], "screening")
    assert (row.state, row.error, row.attempts) == ("sealed", None, 4)
    found = museum.verify(pdf, row.code)
    assert (found.status, found.reasons, found.replayed) == ("PASSED", (), True)
