"""Which answers alone decide, on a small list that a reader can keep in mind."""

import pytest

from screening.clinical.evaluation.case import read_case
from screening.clinical.report.decisive import clear_day, decisive_answers
from screening.clinical.report.report import compile_report
from screening.clinical.report.report_diff import changes_between

QUIET = {
    "date_of_birth": "1986-05-03",
    "can_be_pregnant": "no",
    "painkiller": "no",
    "thinner": ["none"],
    "dental": "no",
}


def case_of(small, **special):
    raw = {"procedures": ["peel"], "on": "2026-11-21", "answers": QUIET | special}
    return read_case(small, raw), raw


def decisive(small, **special):
    case, _ = case_of(small, **special)
    found = decisive_answers(small, case)["peel"]
    return {one["link_id"]: (one["outcome"], one["until"]) for one in found}


def report_of(small, **special):
    return compile_report(small, *case_of(small, **special), {})


TOOK_ONE = {"painkiller": "yes", "painkiller_last_dose": "2026-11-18"}
PREGNANT = {"can_be_pregnant": "yes", "pregnant": "yes"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, {}),
        (TOOK_ONE, {"painkiller": ("no-contraindication-identified", None)}),
        (TOOK_ONE | {"thinner": ["warfarin"]}, {"painkiller": ("precaution", None)}),
        (TOOK_ONE | PREGNANT, {"pregnant": ("deferred", "2026-11-25")}),
        ({"painkiller": "unknown"}, {"painkiller": ("no-contraindication-identified", None)}),
    ],
)
def test_an_answer_decides_when_without_it_the_outcome_is_milder(small, said, expected):
    assert decisive(small, **said) == expected


def test_of_two_answers_that_weigh_the_same_none_decides_alone(small):
    booked = {"dental": "yes", "dental_date": "2026-11-20"}

    assert decisive(small, **TOOK_ONE, **booked) == {}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, (None, [])),
        (TOOK_ONE, ("2026-11-25", [])),
        (TOOK_ONE | {"dental": "yes", "dental_date": "2026-11-20"}, ("2026-12-04", [])),
        (TOOK_ONE | PREGNANT, (None, ["Pregnant"])),
        ({"thinner": ["warfarin"]}, (None, [])),
    ],
)
def test_the_clear_day_is_the_last_end_of_every_contraindication(small, said, expected):
    [procedure] = report_of(small, **said)["procedures"]

    assert clear_day(procedure) == expected


def test_only_the_changed_answers_behind_an_outcome_moved_it(small):
    changes = changes_between(report_of(small), report_of(small, **TOOK_ONE, thinner=["aspirin"]))

    [moved] = changes["outcomes"]
    assert (moved["before"], moved["now"]) == ("no-contraindication-identified", "deferred")
    assert len(changes["answers"]) == 4  # painkiller, its date, the thinner, why
    assert [c["what"] for c in moved["because"]] == [
        "Did you take a painkiller?",
        "When did you take the last one?",
        "Which blood thinner do you take?",
    ]
