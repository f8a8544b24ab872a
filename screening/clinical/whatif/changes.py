"""Which stored outcomes other definitions would change, how, and through which rules."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.medicines import MedicineRecord
from screening.clinical.definitions.policy import in_force
from screening.clinical.definitions.questionnaire import Answers
from screening.clinical.evaluation.population import PopulationFindings, establish_all
from screening.clinical.evaluation.population_eligibility import (
    PopulationEligibility,
    determine_all,
)
from screening.clinical.evaluation.reading import to_read_by
from screening.clinical.evaluation.replies import Population, bits, gather, positions
from screening.clinical.medicines.record import record_from
from screening.clinical.report.verdict_snapshot import Basis, StoredVerdict, Weight

NOT_OFFERED = "not-offered"


@dataclass(frozen=True, slots=True)
class Change:
    """One outcome that would be another.

    `after` is NOT_OFFERED where the procedure is gone. `rules` are the findings
    whose rules move it; those in `unasked` are unknown because nobody asked.
    """

    number: str
    procedure: str
    before: str
    before_until: str | None
    after: str
    after_until: str | None
    rules: tuple[str, ...]
    unasked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Everyone for whom one procedure changes alike; `rules` is finding and for how many."""

    procedure: str
    before: str
    after: str
    numbers: tuple[str, ...]
    rules: Mapping[str, int]
    unasked: int


def changes_under(definitions: Definitions, stored: Sequence[Basis]) -> list[Change]:
    """Return what changes for the screenings `stored`, each as of its own day."""
    answered_on = [
        {link_id: date.fromisoformat(day) for link_id, day in b.get("answered_on", {}).items()}
        for b in stored
    ]
    screenings = ((date.fromisoformat(b["on"]), b["answers"]) for b in stored)
    population = gather(screenings, answered_on, _medicines(definitions, stored))
    findings = establish_all(definitions, population)
    changes: list[Change] = []
    for name, before in _by_procedure(stored).items():
        numbers = {nth: stored[nth]["number"] for nth in before}
        if name not in definitions.procedures:
            changes += [_gone(numbers[n], name, v) for n, v in before.items()]
            continue
        for day, some in _by_policy(definitions, before, population.days).items():
            procedure = in_force(definitions, day).procedures[name]
            those = bits(some, len(stored))
            unread = to_read_by(definitions, name, population)
            after = determine_all(procedure, findings, population.days, those, unread)
            changes += _moved(name, numbers, some, after, findings, population)
    return changes


def _medicines(
    definitions: Definitions, stored: Sequence[Basis]
) -> dict[int, tuple[MedicineRecord, Answers]]:
    """Return what the lists of medicines were read as; those that never were are read now."""
    found: dict[int, tuple[MedicineRecord, Answers]] = {}
    for nth, basis in enumerate(stored):
        kept = basis.get("medicines")
        record = record_from(kept) if kept else definitions.medicines.read(basis["answers"])
        if record.entries:
            found[nth] = record, basis["answers"]
    return found


def _by_policy(
    definitions: Definitions, verdicts: Mapping[int, StoredVerdict], days: Sequence[date]
) -> dict[date, dict[int, StoredVerdict]]:
    """Return the verdicts by the last day on which the clinic's policy changed before theirs."""
    begins = sorted({date.min, *(change.since for change in definitions.policies)})
    found: dict[date, dict[int, StoredVerdict]] = {}
    for nth, verdict in verdicts.items():
        day = begins[bisect(begins, days[nth]) - 1]
        found.setdefault(day, {})[nth] = verdict
    return found


def grouped(changes: Iterable[Change]) -> list[ChangeGroup]:
    """Return the changes put together by procedure, before and after."""
    alike: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        alike.setdefault((change.procedure, change.before, change.after), []).append(change)
    return [
        ChangeGroup(
            *key,
            numbers=tuple(c.number for c in some),
            rules=Counter(sorted(rule for c in some for rule in c.rules)),
            unasked=sum(bool(c.unasked) for c in some),
        )
        for key, some in sorted(alike.items())
    ]


def _by_procedure(stored: Sequence[Basis]) -> dict[str, dict[int, StoredVerdict]]:
    found: dict[str, dict[int, StoredVerdict]] = {}
    for nth, basis in enumerate(stored):
        for name, verdict in basis["verdicts"].items():
            found.setdefault(name, {})[nth] = verdict
    return found


def _gone(number: str, procedure: str, before: StoredVerdict) -> Change:
    return Change(number, procedure, before["outcome"], before["until"], NOT_OFFERED, None, (), ())


def _moved(
    procedure: str,
    numbers: dict[int, str],
    before: dict[int, StoredVerdict],
    after: PopulationEligibility,
    findings: PopulationFindings,
    population: Population,
) -> list[Change]:
    """Return a change for each whose outcome or clear day is another now."""
    now = _changed(before, after)
    reasons = _reasons(after, bits(now, len(population.days)))
    changes = []
    for nth, (outcome, until) in now.items():
        was = before[nth]
        rules = _deciding(was, outcome, reasons.get(nth, {}))
        unasked = tuple(r for r in rules if findings.unasked.get(r, 0) >> nth & 1)
        changes.append(
            Change(
                numbers[nth],
                procedure,
                was["outcome"],
                was["until"],
                outcome,
                until,
                rules,
                unasked,
            )
        )
    return changes


def _changed(before: dict[int, StoredVerdict], after: PopulationEligibility) -> dict[int, Weight]:
    """Return the new outcome and clear day of everyone for whom they are others."""
    found: dict[int, Weight] = {}
    for outcome, who in after.outcomes.items():
        for nth in positions(who):
            until = _iso(after.until.get(nth))
            if (before[nth]["outcome"], before[nth]["until"]) != (outcome, until):
                found[nth] = (str(outcome), until)
    return dict(sorted(found.items()))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _reasons(after: PopulationEligibility, those: int) -> dict[int, dict[str, Weight]]:
    """Return for each of `those` what every finding alone leads to."""
    found: dict[int, dict[str, Weight]] = {}
    for name, led in after.reasons.items():
        for outcome, who in led.items():
            for nth in positions(who & those):
                until = _iso(after.clears[name].get(nth)) if outcome is Outcome.DEFERRED else None
                found.setdefault(nth, {})[name] = (str(outcome), until)
    return found


def _deciding(was: StoredVerdict, outcome: str, now: dict[str, Weight]) -> tuple[str, ...]:
    """Return the findings that weigh otherwise than before and decide before or after."""
    then = {name: (led, until) for name, (led, until) in was["reasons"].items()}
    nothing = ("", None)
    moved = {
        name
        for name in then | now
        if then.get(name) != now.get(name)
        and (then.get(name, nothing)[0] == was["outcome"] or now.get(name, nothing)[0] == outcome)
    }
    return tuple(sorted(moved))
