"""What a clinic changes in a list holds for its procedure from its day on, and for nothing else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.clinical.definitions.dates import Duration, PartialDate
from screening.clinical.definitions.definitions import findings_used
from screening.clinical.definitions.eligibility import (
    UNTIL_RESOLVED,
    Contraindication,
    Grade,
    Outcome,
    PolicyChange,
    Procedure,
    determine_eligibility,
)
from screening.clinical.definitions.findings import ABSENT, PRESENT, UNKNOWN, Findings
from screening.clinical.definitions.language import in_language, missing_texts
from screening.clinical.definitions.policy import changed_rule, in_force, relaxes
from screening.clinical.evaluation.case import evaluate_case, read_case
from screening.clinical.evaluation.verdicts import as_json
from screening.clinical.report.report import compile_report

TODAY = date(2026, 11, 21)
DO_NOT, WEIGH = Grade.CONTRAINDICATION, Grade.PRECAUTION


def change(finding="age_under_18", grade=WEIGH, since=TODAY, **more):
    return PolicyChange(
        "ours", "peel", finding, grade, "Our reason.", "Dr Anna Kern", since, **more
    )


def case(on=TODAY, **findings):
    return {
        "procedures": ["peel"],
        "on": on.isoformat(),
        "findings": findings,
        "otherwise": "absent",
    }


def outcome(definitions, on=TODAY, **findings):
    found = evaluate_case(definitions, read_case(definitions, case(on, **findings)))
    return found[0].outcome


def with_changes(definitions, *changes):
    return replace(definitions, policies=changes)


def test_a_change_counts_from_its_day_on(small):
    ours = with_changes(small, change())

    assert outcome(ours, TODAY - timedelta(1), age_under_18="present") is Outcome.CONTRAINDICATED
    assert outcome(ours, TODAY, age_under_18="present") is Outcome.PRECAUTION
    assert outcome(small, TODAY, age_under_18="present") is Outcome.CONTRAINDICATED


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_changes_of_a_rule_the_later_one_counts(small, order):
    first = change(since=TODAY - timedelta(10))
    second = change(grade=DO_NOT, defer=UNTIL_RESOLVED)
    ours = with_changes(small, *[first, second][::order])

    assert outcome(ours, TODAY - timedelta(1), age_under_18="present") is Outcome.PRECAUTION
    assert outcome(ours, TODAY, age_under_18="present") is Outcome.DEFERRED


def test_what_the_list_said_is_remembered_through_every_change(small):
    ours = with_changes(
        small, change(since=TODAY - timedelta(10)), change(grade=DO_NOT, defer=UNTIL_RESOLVED)
    )
    written = {r.finding: r for r in small.procedures["peel"].contraindications}

    once = in_force(in_force(ours, TODAY - timedelta(5)), TODAY)
    rules = {r.finding: r for r in once.procedures["peel"].contraindications}

    assert rules["age_under_18"].policy.was == written["age_under_18"]
    assert once == in_force(ours, TODAY)
    assert {n: r for n, r in rules.items() if not r.policy} == {
        n: r for n, r in written.items() if n != "age_under_18"
    }


def test_a_wait_may_be_shorter_and_keeps_the_time_before_a_booked_date(small):
    ours = with_changes(small, change("dental_work", DO_NOT, defer=Duration(3, "day")))
    done = {"state": "present", "date": (TODAY - timedelta(4)).isoformat()}
    booked = {"state": "present", "date": (TODAY + timedelta(14)).isoformat()}
    later = {"state": "present", "date": (TODAY + timedelta(15)).isoformat()}

    assert outcome(small, dental_work=done) is Outcome.DEFERRED
    assert outcome(ours, dental_work=done) is Outcome.NONE_IDENTIFIED
    assert outcome(ours, dental_work=booked) is Outcome.DEFERRED
    assert outcome(ours, dental_work=later) is Outcome.NONE_IDENTIFIED


def test_a_rule_of_its_own_counts_asks_and_is_translated(small):
    own = change("anticoagulant", DO_NOT, because="We do not peel then.", source="S1")
    peel = small.procedures["peel"]
    rules = tuple(r for r in peel.contraindications if r.finding != "blood_thinner")
    short = replace(small, procedures={"peel": replace(peel, contraindications=rules)})
    ours = with_changes(short, own)
    spoken = replace(ours, translations={"vi": {"We do not peel then.": "Không."}})

    assert "anticoagulant" not in findings_used(short, ["peel"])
    assert "anticoagulant" in findings_used(ours, ["peel"])
    assert outcome(ours, anticoagulant="present") is Outcome.CONTRAINDICATED
    assert outcome(ours, anticoagulant="unknown") is Outcome.INFORMATION_NEEDED
    found = evaluate_case(in_language(spoken, "vi"), read_case(ours, case(anticoagulant="present")))
    assert found[0].reasons[0].contraindication.because == "Không."
    missing = missing_texts(replace(ours, translations={"vi": {}}))
    assert missing["We do not peel then."] == ["vi"]


def test_the_verdict_and_the_report_name_what_the_clinic_changed(small):
    own = change("anticoagulant", DO_NOT, because="We do not peel then.", source="S1")
    later = change("pregnancy", since=TODAY + timedelta(1))
    ours = with_changes(small, change("dental_work", DO_NOT, defer=Duration(3, "day")), own, later)
    raw = case(anticoagulant="present")
    found = evaluate_case(ours, read_case(ours, raw))

    report = compile_report(ours, read_case(ours, raw), raw, {})

    told = as_json(ours, TODAY, found)["procedures"][0]["reasons"]
    assert {r["finding"]: r.get("policy", "the list's") for r in told} == {
        "anticoagulant": "ours",
        "blood_thinner": "the list's",
    }
    (procedure,) = report["procedures"]
    assert {r["finding"]: r["by_policy"] for r in procedure["reasons"]} == {
        "anticoagulant": True,
        "blood_thinner": False,
    }
    first, second = procedure["changes"]
    assert first == {
        "finding": "dental_work",
        "name": "Dental work",
        "was": {"grade": "contraindication", "wait": "14 days", "ahead": "14 days"},
        "now": {"grade": "contraindication", "wait": "3 days", "ahead": "14 days"},
        "reason": "Our reason.",
        "by": "Dr Anna Kern",
        "since": TODAY.isoformat(),
    }
    assert second["was"] is None
    assert second["now"] == {"grade": "contraindication", "wait": None, "ahead": None}


WAITS = st.sampled_from([Duration(1, "day"), Duration(7, "day"), Duration(1, "month")])
STATES = st.sampled_from([ABSENT, UNKNOWN, PRESENT])
DAYS = st.integers(-40, 40).map(lambda n: PartialDate.on(TODAY + timedelta(n)))
MONTHS = st.sampled_from(["2026-10", "2026-11", "2026-12", "2026"]).map(PartialDate.parse)


@st.composite
def rules(draw, booked):
    """Return a rule about x as the files allow it."""
    grade = draw(st.sampled_from(Grade))
    defer = draw(st.none() | st.just(UNTIL_RESOLVED) | WAITS) if grade is DO_NOT else None
    ahead = draw(WAITS) if booked and isinstance(defer, Duration) else None
    fixed = draw(st.booleans())
    return Contraindication("x", grade, "Because.", "S1", defer, ahead, fixed=fixed)


def advised(rule, state, dated, on=TODAY):
    procedure = Procedure("peel", "Peel", "A peel.", (rule,))
    findings = Findings({"x": state}, {"x": dated} if dated else {})
    return determine_eligibility(procedure, findings, on).outcome


FORTNIGHT, WEEK = Duration(14, "day"), Duration(7, "day")


@pytest.mark.parametrize(
    ("known", "other", "milder"),
    [
        ({}, {}, False),
        ({}, {"grade": WEIGH}, True),
        ({"grade": WEIGH}, {}, False),
        ({}, {"defer": UNTIL_RESOLVED}, True),
        ({"defer": UNTIL_RESOLVED}, {"defer": FORTNIGHT}, True),
        ({"defer": FORTNIGHT}, {"defer": UNTIL_RESOLVED}, False),
        ({"defer": FORTNIGHT}, {"defer": WEEK}, True),
        ({"defer": WEEK}, {"defer": FORTNIGHT}, False),
        ({"defer": WEEK, "ahead": FORTNIGHT}, {"defer": WEEK, "ahead": WEEK}, True),
        ({"defer": WEEK, "ahead": WEEK}, {"defer": WEEK, "ahead": FORTNIGHT}, False),
        ({"defer": WEEK}, {"defer": WEEK, "ahead": FORTNIGHT}, True),
    ],
)
def test_a_rule_is_milder_by_grade_wait_or_time_ahead(known, other, milder):
    usual = {"finding": "x", "grade": DO_NOT, "because": "Because.", "source": "S1"}

    assert relaxes(Contraindication(**usual | other), Contraindication(**usual | known)) is milder


@given(st.data())
def test_a_change_that_does_not_relax_makes_nobody_better_off(data):
    booked = data.draw(st.booleans())
    known, other = data.draw(rules(booked)), data.draw(rules(booked))
    state, dated = data.draw(STATES), data.draw(st.none() | DAYS | MONTHS)

    if not relaxes(other, known):
        before, after = advised(known, state, dated), advised(other, state, dated)
        assert after.gravity >= before.gravity, (known, other, state, dated)


@given(st.data())
def test_a_change_that_relaxes_makes_somebody_better_off(data):
    booked = data.draw(st.booleans())
    known, other = data.draw(rules(booked)), data.draw(rules(booked))
    days = [None, *(PartialDate.on(TODAY + timedelta(n)) for n in range(-32, 33))]

    if relaxes(other, known):
        assert any(
            advised(other, PRESENT, day, on).gravity < advised(known, PRESENT, day, on).gravity
            for day in days
            for on in (TODAY, date(2027, 3, 1))
        ), (known, other)


@given(st.data())
def test_no_policy_ever_clears_what_is_not_known(data):
    """Hiding an answer, its date with it, never gives a better outcome than having it."""
    booked = data.draw(st.booleans())
    known, asked = data.draw(st.none() | rules(booked)), data.draw(rules(booked))
    policy = change("x", asked.grade, defer=asked.defer, ahead=asked.ahead)

    rule = changed_rule(known, policy)

    assert advised(rule, UNKNOWN, None) is not Outcome.NONE_IDENTIFIED
    if rule.grade is DO_NOT:
        assert advised(rule, UNKNOWN, None) is Outcome.INFORMATION_NEEDED
    assert advised(rule, PRESENT, None) is not Outcome.NONE_IDENTIFIED
