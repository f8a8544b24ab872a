"""No later day is milder without a fresh answer, for every question and every rule."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.cli import main
from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.definitions import with_parts
from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.findings import Findings
from screening.clinical.evaluation import population
from screening.clinical.evaluation.case import Case, evaluate_case, findings_of
from screening.definitions.checking.later_days import LAST, milder_later
from tests.conftest import SMALL, write_library
from tests.definitions.test_random_libraries import SETTINGS, TODAY, every_answer, libraries


@pytest.mark.parametrize("answered", [date(2024, 2, 29), date(2026, 11, 29)])
def test_no_later_day_is_milder_on_the_lists_that_are_shipped(library, answered):
    assert list(milder_later(library, answered=answered)) == []


def test_no_day_of_four_hundred_is_milder_on_the_lists_that_are_shipped(library):
    """A day a week; `make thorough` tries each. Those on which anything ends stand above."""
    days = range(0, LAST + 1, 1 if settings.default.max_examples > 1000 else 7)
    assert list(milder_later(library, days)) == []


def test_what_a_later_day_would_soften_is_named_with_its_line(tmp_path, monkeypatch):
    """Were a "yes" to age as a "no" does, the check would say so."""

    def forget(self, states):
        for name, those in self.outlived.items():
            certain, possible = states[name]
            states[name] = (certain & ~those, possible)

    monkeypatch.setattr(population._Hearing, "age", forget)
    folder = write_library(tmp_path / "questions", SMALL)
    done = CliRunner().invoke(main, ["check", str(folder)])

    assert done.exit_code == 1
    assert (
        'questions/sections/01-all.yaml:12: the answer "yes" says less about "pregnancy" '
        "of peel after 1 days\n"
    ) in done.stderr


def milder(library, case, later):
    """Return the reasons that are milder on the day `later` though nothing was answered again."""
    now = replace(case, on=later)
    dated = findings_of(library, case, case.on).dates
    found = []
    for before, after in zip(
        evaluate_case(library, case), evaluate_case(library, now), strict=True
    ):
        weights = {r.contraindication.finding: r.outcome.gravity for r in after.reasons}
        for reason in before.reasons:
            rule = reason.contraindication
            ends = isinstance(rule.defer, Duration) and rule.finding in dated
            aged = "age" in with_parts(library, [rule.finding])
            if not ends and not aged and weights.get(rule.finding, 0) < reason.outcome.gravity:
                found.append((before.procedure.id, rule.finding, later))
        if after.outcome is Outcome.NONE_IDENTIFIED and before.outcome is not after.outcome:
            assert all(
                isinstance(r.contraindication.defer, Duration)
                or "age" in with_parts(library, [r.contraindication.finding])
                for r in before.reasons
            )
    return found


@SETTINGS
@given(libraries(), st.integers())
def test_no_later_day_is_milder_on_libraries_that_nobody_wrote(library, seed):
    """Answers of random days; the clinic's policy stays as it was on the first day."""
    draw = random.Random(seed)
    library = replace(library, policies=())
    for _ in range(6):
        answers = {item.link_id: draw.choice(every_answer(item)) for item in library.items}
        given_on = {
            link_id: TODAY - timedelta(draw.choice([0, 0, 1, 20, 200])) for link_id in answers
        }
        names = tuple(library.procedures)
        case = Case(names, TODAY, answers, Findings({}), answered_on=given_on)
        days = sorted(draw.sample(range(1, LAST), 5))
        for earlier, later in zip([0, *days], days, strict=False):
            before = replace(case, on=TODAY + timedelta(earlier))
            assert milder(library, before, TODAY + timedelta(later)) == []
