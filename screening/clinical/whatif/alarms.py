"""How many of an ordinary clinic's patients each list stops: the alarm budget.

Every trait is drawn by itself, so risks gather less in the same people than in life.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Eligibility, Outcome
from screening.clinical.definitions.findings import ABSENT, Findings
from screening.clinical.definitions.people import People
from screening.clinical.definitions.policy import in_force
from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.evaluation.case import Case, evaluate_case

SEXES = ("women", "men")
AS_WRITTEN = "as written"
LEAD = """\
# Alarm budget

What the lists say to the ordinary patients of `questions/examples/population.yaml`. Written by
`screening check --population > docs/alarm-budget.md`; docs/clinical-lead.md says how to read it.
"""
SHORT = {
    Outcome.NONE_IDENTIFIED: "nothing found",
    Outcome.PRECAUTION: "weigh",
    Outcome.INFORMATION_NEEDED: "not known",
    Outcome.DEFERRED: "wait",
    Outcome.CONTRAINDICATED: "do not",
}
STOPPED = (Outcome.CONTRAINDICATED, Outcome.DEFERRED, Outcome.INFORMATION_NEEDED)
MOST_DRIVERS = 6
RULE = "|---" * 6 + "|"


@dataclass(frozen=True)
class Budget:
    """Outcomes of one set of lists: by sex and procedure, and the first reasons that stop."""

    name: str
    outcomes: dict[tuple[str, str], Counter[Outcome]] = field(default_factory=dict)
    drivers: dict[str, Counter[tuple[Outcome, str]]] = field(default_factory=dict)


def count_alarms(
    definitions: Definitions, on: date, patients: Iterable[tuple[str, dict[str, Answer]]]
) -> list[Budget]:
    """Return the outcomes by the lists as written, then with each example policy.

    `patients` are sex and answers of each.
    """
    written = replace(definitions, policies=())
    sets = {AS_WRITTEN: written}
    for name, changes in definitions.policy_examples.items():
        day = max(change.since for change in changes)
        sets[name] = replace(in_force(replace(written, policies=changes), day), policies=())
    budgets = {name: Budget(name) for name in sets}
    for sex, answers in patients:
        case = Case(tuple(written.procedures), on, answers, Findings({}), ABSENT)
        for name, lists in sets.items():
            for one in evaluate_case(lists, case):
                _count(budgets[name], sex, one)
    return list(budgets.values())


def _count(budget: Budget, sex: str, one: Eligibility) -> None:
    id = one.procedure.id
    budget.outcomes.setdefault((sex, id), Counter())[one.outcome] += 1
    if one.outcome in STOPPED:
        decisive = next(r for r in one.reasons if r.outcome is one.outcome or not r.certain)
        first = decisive.contraindication.finding
        budget.drivers.setdefault(id, Counter())[one.outcome, first] += 1


def describe_alarms(people: People, budgets: Sequence[Budget]) -> str:
    """Return the outcomes and what decides them as Markdown."""
    parts = [LEAD]
    for sex in SEXES:
        for budget in budgets:
            parts.append(f"\n## {sex.capitalize()}, {budget.name}, of {people.count[sex]:,}\n\n")
            parts.append(
                f"| procedure | {' | '.join(SHORT.values())} |\n|---|---|---|---|---|---|\n"
            )
            for (whose, procedure), counts in budget.outcomes.items():
                if whose == sex:
                    row = " | ".join(str(counts[outcome]) for outcome in SHORT)
                    parts.append(f"| {procedure} | {row} |\n")
    for budget in budgets:
        parts.append(f"\n## What decides, {budget.name}, of {sum(people.count.values()):,}\n\n")
        for procedure, counted in budget.drivers.items():
            said = "; ".join(
                f"{finding} ({SHORT[outcome]}) {many}"
                for (outcome, finding), many in counted.most_common(MOST_DRIVERS)
            )
            parts.append(f"- {procedure}: {said}\n")
    return "".join(parts)
