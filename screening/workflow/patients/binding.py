"""Which earlier decisions bind: what anyone declined, deferred or put conditions on still stands.

Nothing becomes milder by silence. A milder decision takes the place of a stricter one only
where its doctor, who could see that one, gave a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from screening.clinical.report.decision import Choice
from screening.storage.tables import Patient, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.given import day_at
from screening.workflow.patients.patients import joined_at, whole_patient
from screening.workflow.patients.timeline import Decided, Ruled, decisions_in_force

BINDING = {Choice.PROCEED_WITH_CONDITIONS, Choice.DEFER, Choice.DECLINE}


@dataclass(frozen=True)
class Binding:
    """What stands for one procedure; whoever decides more mildly has to say why.

    A Defer ends on `until`, None where it has no end yet.
    """

    procedure: str
    name: str
    choice: Choice
    until: date | None
    reason: str
    codes: tuple[str, ...]
    conditions: str
    doctor: str
    day: date
    screening_id: str
    number: str

    def is_milder(self, choice: str) -> bool:
        """Return whether `choice` is milder than what stands."""
        return Choice(choice).strictness < self.choice.strictness


@dataclass(frozen=True)
class _Ruling:
    """A ruling of one procedure, beside the decision that it is part of."""

    ruled: Ruled
    decided: Decided


def binding_decisions(context: Context, session: Session, screening: Screening) -> list[Binding]:
    """Return the gravest that stands for each procedure, decided on any other screening of her."""
    assert screening.patient_id is not None
    rows = whole_patient(session, screening.patient_id)
    made = decisions_in_force(context, session, rows, but=screening.id)
    return _gravest(_standing(made, rows), day_at(context, session, screening))


def _standing(made: list[Decided], rows: list[Patient]) -> dict[str, list[_Ruling]]:
    """Return what stands for each procedure after all decisions; `made` is in order of time."""
    patients = {row.id: row for row in rows}
    standing: dict[str, list[_Ruling]] = {}
    for decided in made:
        for ruled in decided.rulings:
            new = _Ruling(ruled, decided)
            before = standing.get(ruled.procedure, [])
            left = [one for one in before if not _replaces(new, one, patients)]
            standing[ruled.procedure] = [*left, *([new] if ruled.choice in BINDING else [])]
    return standing


def _replaces(new: _Ruling, old: _Ruling, patients: Mapping[str, Patient]) -> bool:
    """Return whether `old` is over by `new`; a wait or a Decline does not end a condition."""
    if new.ruled.choice is Choice.REQUEST_INFORMATION:
        return False
    if _is_milder(new.ruled, old.ruled):
        return new.ruled.is_explained and _could_see(new.decided, old.decided, patients)
    return new.ruled.choice is old.ruled.choice


def _is_milder(new: Ruled, old: Ruled) -> bool:
    if new.choice is old.choice is Choice.DEFER:
        return (new.until or date.max) < (old.until or date.max)
    return new.choice.strictness < old.choice.strictness


def _could_see(new: Decided, old: Decided, patients: Mapping[str, Patient]) -> bool:
    """Return whether they were of one person already when the newer one was made."""
    joined = joined_at(patients, new.patient_id, old.patient_id)
    return joined is None or joined <= new.at


def _gravest(standing: Mapping[str, list[_Ruling]], today: date) -> list[Binding]:
    found = []
    for rulings in standing.values():
        valid = [one for one in rulings if one.ruled.until is None or today < one.ruled.until]
        if valid:
            found.append(_binding(max(valid, key=_gravity)))
    return found


def _gravity(one: _Ruling) -> tuple[int, date, date]:
    until = one.ruled.until or date.max
    return one.ruled.choice.strictness, until, one.decided.day


def _binding(one: _Ruling) -> Binding:
    ruled, decided = one.ruled, one.decided
    return Binding(
        ruled.procedure,
        ruled.name,
        ruled.choice,
        ruled.until,
        ruled.reason,
        ruled.codes,
        ruled.conditions,
        decided.doctor,
        decided.day,
        decided.screening_id,
        decided.number,
    )
