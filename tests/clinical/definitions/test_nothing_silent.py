"""What a clinician once tried, and what led to a clear verdict then, leads to one no more."""

import pytest

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.evaluation.case import CaseError, evaluate_case, read_case

CLEAR = Outcome.NONE_IDENTIFIED
ALLERGIC = {"allergy_any": "yes", "anaphylaxis": "no", "numbing": "no"}
ONCE_SILENT = [
    ("energy-device", {"cancer": "now", "tumour_near": "yes"}, "contraindicated"),
    ("chemical-peel", {"cancer": "now", "tumour_near": "no"}, "contraindicated"),
    (
        "soft-lifting",
        ALLERGIC | {"allergy_list": ["latex"], "allergy_reaction": ["passed_out"]},
        "contraindicated",
    ),
    (
        "soft-lifting",
        ALLERGIC | {"allergy_list": ["antibiotic"], "allergy_reaction": ["trouble_breathing"]},
        "contraindicated",
    ),
    ("thread-lift", {"pressure": "yes"}, "deferred"),
    ("energy-device", {"lump": "not_looked_at", "lump_where_unseen": "no"}, "deferred"),
    (
        "mesotherapy-face",
        {
            "recent_skin": ["mesotherapy"],
            "mesotherapy_date": "2026-11-25",
            "mesotherapy_count": "no",
        },
        "deferred",
    ),
    (
        "chemical-peel",
        {
            "recent_skin": ["mesotherapy"],
            "mesotherapy_date": "2026-11-16",
            "mesotherapy_count": "no",
        },
        "deferred",
    ),
]


@pytest.mark.parametrize(("procedure", "answers", "outcome"), ONCE_SILENT)
def test_what_was_silent_is_heard(library, procedure, answers, outcome):
    case = {
        "procedures": [procedure],
        "on": "2026-11-29",
        "answers": answers,
        "otherwise": "absent",
    }
    [found] = evaluate_case(library, read_case(library, case))

    assert found.outcome == outcome


def test_a_medicine_that_nobody_recognises_is_read_by_the_doctor(library):
    answers = {"other_meds": "yes", "medicine_list": "Zzyntropax 5 mg"}
    case = {"procedures": ["soft-lifting"], "on": "2026-11-29", "answers": answers}
    [found] = evaluate_case(library, read_case(library, case | {"otherwise": "absent"}))

    assert found.outcome is not CLEAR


def test_an_answer_whose_question_was_never_reached_is_refused(library):
    case = {"procedures": ["mesotherapy-face"], "on": "2026-11-29", "answers": {"pregnant": "yes"}}

    with pytest.raises(CaseError, match="can_be_pregnant"):
        read_case(library, case | {"otherwise": "absent"})
