"""What a report says of each answer, on a small list that a reader can keep in mind."""

from dataclasses import replace

import pytest

from screening.clinical.definitions.questionnaire import Item, ItemType
from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import compile_report
from tests.clinical.report.test_decisive import QUIET

TABLETS = Item("tablets", "Do you take tablets?", ItemType.YES_NO, means=("anticoagulant",))


@pytest.fixture
def twice(small):
    """Return a library that asks about blood thinners in two questions."""
    [section] = small.sections
    return replace(small, sections=(replace(section, items=(*section.items, TABLETS)),))


def answers(definitions, **said):
    raw = {"procedures": ["peel"], "on": "2026-11-21", "answers": QUIET | said}
    report = compile_report(definitions, read_case(definitions, raw), raw, {})
    return {a["link_id"]: a for section in report["sections"] for a in section["answers"]}


def marked(definitions, mark, **said):
    return {link_id for link_id, a in answers(definitions, **said).items() if a[mark]}


def test_an_answer_matters_where_a_reason_rests_on_it_and_a_no_never_does(twice):
    assert marked(twice, "matters", tablets="no") == set()
    assert marked(twice, "matters", tablets="no", thinner=["warfarin"]) == {"thinner"}
    assert marked(twice, "matters", tablets="yes") == {"tablets"}
    assert marked(twice, "matters", tablets="unknown") == {"tablets"}


def test_a_no_is_plain_and_nothing_else_is(twice):
    quiet = marked(twice, "plain", tablets="no")

    assert quiet == {"can_be_pregnant", "painkiller", "thinner", "dental", "tablets"}
    assert marked(twice, "plain", tablets="unknown") == quiet - {"tablets"}
    assert marked(twice, "plain", tablets="yes") == quiet - {"tablets"}


def test_what_is_not_known_is_marked(small):
    assert marked(small, "unknown") == set()
    assert marked(small, "unknown", painkiller="unknown") == {"painkiller"}
    assert marked(small, "unknown", thinner=["warfarin", "unknown"]) == {"thinner"}


def reasons(definitions, **said):
    raw = {"procedures": ["peel"], "on": "2026-11-21", "answers": QUIET | said}
    [procedure] = compile_report(definitions, read_case(definitions, raw), raw, {})["procedures"]
    return {reason["finding"]: reason for reason in procedure["reasons"]}


def test_a_reason_names_every_question_that_was_asked_about_it(twice):
    """Also of the parts of a finding that is worked out, and the birth date of an age."""
    found = reasons(twice, tablets="yes", date_of_birth="2010-01-01")

    assert found["blood_thinner"]["answers"] == ["thinner", "tablets"]
    assert found["age_under_18"]["answers"] == ["date_of_birth"]


def test_a_reason_names_every_source(small):
    peel = small.procedures["peel"]
    rules = tuple(replace(rule, also=("S2",)) for rule in peel.contraindications)
    two = replace(small, procedures={"peel": replace(peel, contraindications=rules)})
    two = replace(two, sources=two.sources | {"S2": replace(two.sources["S1"], id="S2")})

    assert reasons(two, painkiller="yes")["nsaid_recent"]["sources"] == ["S1", "S2"]
