from dataclasses import replace
from datetime import date

import pytest

from screening.clinical.definitions.eligibility import Grade, PolicyChange
from screening.clinical.definitions.questionnaire import FOR_LIFE, Holds, Life
from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import compile_report
from screening.clinical.report.verdict_snapshot import basis_of
from screening.clinical.whatif.changes import NOT_OFFERED, changes_under
from screening.definitions.loading import load_definitions
from tests.conftest import SMALL, write_library

SOMEBODY = {"patient": {"name": "Ana Silva", "born": None}}
LASTING = Holds(yes=FOR_LIFE, no=FOR_LIFE)
QUIET = {
    "date_of_birth": "1986-01-01",
    "can_be_pregnant": "no",
    "painkiller": "no",
    "thinner": ["none"],
    "dental": "no",
}
BRUISED = QUIET | {"painkiller": "yes", "painkiller_last_dose": "2026-11-18"}


def stored(definitions, number="A-1", on="2026-11-21", answers=QUIET):
    raw = {"procedures": ["peel"], "on": on, "answers": answers}
    frame = SOMEBODY | {"number": number}
    report = compile_report(definitions, read_case(definitions, raw), raw, frame)
    return basis_of(report)


def with_rule(definitions, finding, **changes):
    """Return `definitions` with the peel's rule for `finding` changed, or gone without changes."""
    peel = definitions.procedures["peel"]
    rules = [
        replace(r, **changes) if r.finding == finding else r
        for r in peel.contraindications
        if changes or r.finding != finding
    ]
    procedures = definitions.procedures | {"peel": replace(peel, contraindications=tuple(rules))}
    return replace(definitions, procedures=procedures)


def test_the_same_definitions_change_nothing(small):
    patients = [stored(small), stored(small, answers=BRUISED), stored(small, answers={})]

    assert changes_under(small, patients) == []


def test_a_rule_taken_away_is_named(small):
    [change] = changes_under(
        with_rule(small, "nsaid_recent"), [stored(small), stored(small, "A-2", answers=BRUISED)]
    )

    assert (change.number, change.procedure, change.rules) == ("A-2", "peel", ("nsaid_recent",))
    assert (change.before, change.before_until) == ("deferred", "2026-11-25")
    assert (change.after, change.after_until) == ("no-contraindication-identified", None)


def test_a_longer_wait_changes_the_day(small):
    longer = replace(small.procedures["peel"].contraindications[2].defer, count=8)
    [change] = changes_under(
        with_rule(small, "nsaid_recent", defer=longer), [stored(small, answers=BRUISED)]
    )

    assert (change.before, change.after) == ("deferred", "deferred")
    assert (change.before_until, change.after_until) == ("2026-11-25", "2026-11-26")
    assert change.rules == ("nsaid_recent",)


@pytest.mark.parametrize(("on", "changes"), [("2026-11-25", 1), ("2026-11-26", 0)])
def test_each_screening_is_held_against_its_own_day(small, on, changes):
    """Eight days after the 18th of November end on the 26th, seven on the 25th."""
    longer = replace(small.procedures["peel"].contraindications[2].defer, count=8)
    tried = with_rule(small, "nsaid_recent", defer=longer)

    assert len(changes_under(tried, [stored(small, on=on, answers=BRUISED)])) == changes


def test_only_rules_that_decide_are_named(small):
    """A precaution that goes at the same time moved nothing."""
    patient = stored(small, answers=BRUISED | {"thinner": ["warfarin"]})
    graver = with_rule(with_rule(small, "blood_thinner"), "nsaid_recent", defer=None)
    [change] = changes_under(graver, [patient])

    assert (change.after, change.rules) == ("contraindicated", ("nsaid_recent",))


def test_a_procedure_that_is_gone_is_not_offered(small):
    [change] = changes_under(replace(small, procedures={}), [stored(small)])

    assert (change.after, change.rules) == (NOT_OFFERED, ())


def test_a_question_that_nobody_asked_leaves_its_finding_unknown(small, tmp_path):
    question = """- id: diabetes_any
  ask: Do you have diabetes?
  answer: yes-no
  means: diabetes
"""
    rule = """- finding: diabetes
  grade: contraindication
  because: It heals badly.
  source: S1
"""
    files = SMALL | {
        "findings.yaml": SMALL["findings.yaml"] + "- id: diabetes\n  is: Diabetes\n",
        "sections/01-all.yaml": SMALL["sections/01-all.yaml"] + question,
        "procedures/peel.yaml": SMALL["procedures/peel.yaml"] + rule,
    }
    tried = load_definitions(write_library(tmp_path / "questions", files))
    [change] = changes_under(tried, [stored(small)])

    assert change.after == "information-needed"
    assert (change.rules, change.unasked) == (("diabetes",), ("diabetes",))


def test_a_question_that_is_gone_leaves_its_finding_unknown(small):
    [section] = small.sections
    fewer = replace(
        section, items=tuple(i for i in section.items if i.link_id != "can_be_pregnant")
    )
    [change] = changes_under(replace(small, sections=(fewer,)), [stored(small)])

    assert (change.after, change.unasked) == ("information-needed", ("pregnancy",))


def test_a_policy_counts_for_those_screened_since_it_began(small):
    """Everyone is held against the lists of their own day, also where the clinic changed them."""
    change = PolicyChange(
        policy="ours",
        procedure="peel",
        finding="nsaid_recent",
        grade=Grade.PRECAUTION,
        reason="A gentle peel.",
        by="Dr Kern",
        since=date(2026, 11, 22),
    )
    tried = replace(small, policies=(change,))
    before = stored(small, "A-1", "2026-11-21", BRUISED)
    after = stored(small, "A-2", "2026-11-22", BRUISED)

    assert [(c.number, c.after) for c in changes_under(tried, [before, after])] == [
        ("A-2", "precaution")
    ]


def test_an_answer_that_holds_no_more_under_other_lists_is_not_believed(small):
    on, before = "2026-11-21", {"painkiller": "2026-11-19"}
    raw = {"procedures": ["peel"], "on": on, "answers": QUIET, "answered_on": before}
    lasting = with_life(small, "painkiller", "12 months")
    report = compile_report(lasting, read_case(lasting, raw), raw, SOMEBODY | {"number": "A-1"})
    patients = [basis_of(report), stored(lasting, "A-2")]

    assert changes_under(lasting, patients) == []
    [change] = changes_under(with_life(small, "painkiller", "the day"), patients)
    assert (change.number, change.rules) == ("A-1", ("nsaid_recent",))
    assert change.before == "no-contraindication-identified"
    assert change.after == "information-needed"


def with_life(definitions, link_id, life):
    """Return `definitions` in which a "no" to the question holds for `life`."""
    holds = Holds(no=Life.parse(life))
    sections = tuple(
        replace(
            section,
            items=tuple(
                replace(item, holds=holds if item.link_id == link_id else LASTING)
                for item in section.items
            ),
        )
        for section in definitions.sections
    )
    return replace(definitions, sections=sections)
