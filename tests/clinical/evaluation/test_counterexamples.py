"""Libraries in which someone was once cleared by not knowing; each stays as an example."""

import json
from datetime import date

import pytest

from screening.clinical.definitions.eligibility import Outcome, determine_eligibility
from screening.clinical.evaluation.answers import establish_findings
from screening.clinical.evaluation.population import establish_all
from screening.clinical.evaluation.population_eligibility import determine_all
from screening.clinical.evaluation.replies import gather
from screening.definitions.loading import load_definitions
from tests.conftest import write_library

TODAY = date(2026, 11, 21)
CLEAR = Outcome.NONE_IDENTIFIED


def yes_no(name, **below):
    return {"id": f"q_{name}", "ask": name, "answer": "yes-no", "means": name} | below


@pytest.fixture(scope="module")
def calm_below_surgery(tmp_path_factory):
    """Return a library that asks for what is protective below a question that may not be known.

    `born` is asked there too, so that an age that is protective hangs below it as well.
    """
    protective = {"protective": "true", "record": "true"}
    born = {"id": "born", "ask": "Born?", "answer": "birth-date"}
    findings = [
        {"id": "surgery", "is": "Surgery", "record": "true"},
        {"id": "calm", "is": "Calm"} | protective,
        {"id": "age_over_60", "is": "Old", "age": "over 60", "record": "true"},
        {"id": "settled", "is": "Settled", "when": {"any": ["calm", "age_over_60"]}} | protective,
        {"id": "deeper", "is": "Not calm", "when": {"not": "calm"}},
        {"id": "restless", "is": "Not settled", "when": {"not": "settled"}},
    ]
    rule = {"grade": "contraindication", "because": "A reason.", "source": "S1"}
    lists = {"peel": "deeper", "threads": "restless"}
    files = {
        "findings.yaml": {"findings": findings},
        "sections/all.yaml": {
            "section": "all",
            "title": "All",
            "questions": [yes_no("surgery", if_not_no=[yes_no("calm"), born])],
        },
        "sources.yaml": {"sources": [{"id": "S1", "title": "A source", "kind": "paper"}]},
        **{
            f"procedures/{name}.yaml": {"procedure": name, "name": name, "summary": "A list."}
            | {"contraindications": [rule | {"finding": finding}]}
            for name, finding in lists.items()
        },
    }
    folder = tmp_path_factory.mktemp("calm") / "questions"
    return load_definitions(write_library(folder, {n: json.dumps(c) for n, c in files.items()}))


def outcome(library, procedure, answers):
    """Return the outcome for one patient, which is the same as for a population of one."""
    listed = library.procedures[procedure]
    alone = determine_eligibility(listed, establish_findings(library, answers, TODAY), TODAY)
    crowd = gather([(TODAY, answers)])
    verdict = determine_all(listed, establish_all(library, crowd), crowd.days, crowd.everyone)
    assert [o for o, who in verdict.outcomes.items() if who] == [alone.outcome]
    return alone.outcome


CALM = {"q_calm": "yes", "born": "2000-01-01"}
OLD = {"q_calm": "no", "born": "1950-01-01"}


@pytest.mark.parametrize("known", [{}, {"q_surgery": "unknown"}, {"q_surgery": "no idea"}])
@pytest.mark.parametrize(
    ("procedure", "told"), [("peel", CALM), ("threads", CALM), ("threads", OLD)]
)
def test_what_is_protective_below_a_question_that_is_not_known_clears_nobody(
    calm_below_surgery, procedure, told, known
):
    assert outcome(calm_below_surgery, procedure, told | known) is Outcome.INFORMATION_NEEDED
    assert outcome(calm_below_surgery, procedure, told | {"q_surgery": "no"}) is not CLEAR
    assert outcome(calm_below_surgery, procedure, told | {"q_surgery": "yes"}) is CLEAR


def test_what_speaks_against_counts_in_full_below_a_question_that_is_not_known(small):
    """Who may be able to get pregnant, and says that she is, is not only asked to find out."""
    answers = {"can_be_pregnant": "unknown", "pregnant": "yes"}

    assert outcome(small, "peel", answers) is Outcome.CONTRAINDICATED
