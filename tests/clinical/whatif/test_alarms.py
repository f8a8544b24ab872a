"""What the lists say to ordinary patients is counted, the same at every run, and bounded."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.whatif.alarms import AS_WRITTEN, count_alarms
from screening.commands import population
from screening.commands.population import draw_people
from tests.conftest import QUESTIONS

DOCS = Path(__file__).parents[3] / "docs"
DO_NOT = Outcome.CONTRAINDICATED
# Of 1,000 women at most so many are told "do not" under common practice; docs/clinical-lead.md
# names the rules that stand in the way of fewer than 200.
MOST = {
    "energy-device": 530,
    "mesotherapy-face": 240,
    "mesolifting": 240,
    "mesotherapy-hair": 240,
    "thread-lift": 240,
}


@pytest.fixture(scope="module")
def counted():
    """Return what the command prints and the budgets that it counted, which takes seconds."""
    counts = []

    def count(*arguments):
        counts.extend(count_alarms(*arguments))
        return counts

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "count_alarms", count)
        printed = CliRunner().invoke(main, ["check", "--population", str(QUESTIONS)]).output
    return printed, {budget.name: budget for budget in counts}


@pytest.fixture(scope="module")
def budgets(counted):
    return counted[1]


def test_the_same_people_are_drawn_at_every_run(library):
    people = library.people
    drawn = list(draw_people(people, "date_of_birth"))

    assert drawn == list(draw_people(people, "date_of_birth"))
    assert [sum(sex == whose for sex, _ in drawn) for whose in ("women", "men")] == [1000, 100]


def test_every_procedure_meets_every_patient(library, budgets):
    for budget in budgets.values():
        for sex in ("women", "men"):
            for procedure in library.procedures:
                counted = budget.outcomes[sex, procedure]
                assert sum(counted.values()) == library.people.count[sex]


def test_no_list_stops_more_ordinary_women_than_agreed(library, budgets):
    practice = budgets["common-practice"]
    stopped = {p: practice.outcomes["women", p][DO_NOT] for p in library.procedures}

    assert {p: n for p, n in stopped.items() if n > MOST.get(p, 200)} == {}


def test_the_example_policy_never_stops_more_than_the_lists_as_written(library, budgets):
    written, practice = budgets[AS_WRITTEN], budgets["common-practice"]
    for procedure in library.procedures:
        key = ("women", procedure)
        assert practice.outcomes[key][DO_NOT] <= written.outcomes[key][DO_NOT]


def test_the_table_in_the_docs_is_what_the_command_prints(counted):
    assert (DOCS / "alarm-budget.md").read_text("utf-8") == counted[0]
