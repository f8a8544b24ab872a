"""The line of a person: all that one clinic holds but for one screening, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.decision import Choice
from screening.clinical.report.parts import ReportProcedure
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import (
    Account,
    CheckIn,
    Clinic,
    Decision,
    Note,
    Patient,
    Screening,
    Treatment,
)
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.standing import report_for_the_visit
from screening.workflow.core.states import State
from screening.workflow.patients.disagreements import Disagreement, disagreements_of
from screening.workflow.patients.patients import whole_patient


@dataclass(frozen=True)
class Ruled:
    """What was decided for one procedure; a Defer ends on `until`, None where it has no end yet."""

    procedure: str
    name: str
    choice: Choice
    reason: str
    codes: tuple[str, ...]
    conditions: str
    until: date | None

    @property
    def is_explained(self) -> bool:
        return bool(self.reason or self.codes)


@dataclass(frozen=True)
class Decided:
    """The decision in force on one screening, of which `sequence` - 1 earlier ones were amended."""

    at: datetime
    day: date
    screening_id: str
    number: str
    patient_id: str
    doctor: str
    sequence: int
    rulings: list[Ruled]
    what: str = "decision"


@dataclass(frozen=True)
class Treated:
    """What was done on `day`, as it was written down: `content` is the treatment's."""

    at: datetime
    day: date
    treatment_id: str
    screening_id: str
    content: dict[str, Any]
    what: str = "treatment"


@dataclass(frozen=True)
class Asked:
    """A check-in that was answered; `gravity` 0 no sign, 1 call, 2 emergency."""

    at: datetime
    day: date
    check_in_id: str
    treatment_id: str
    gravity: int
    content: dict[str, Any]
    handled_at: datetime | None
    what: str = "check-in"


@dataclass(frozen=True)
class Noted:
    """What a doctor wrote for colleagues; `kind` is the note's."""

    at: datetime
    day: date
    note_id: str
    kind: str
    doctor: str
    content: dict[str, Any]
    what: str = "note"


@dataclass(frozen=True)
class Undecided:
    """Another screening that no doctor has decided, with how far it is."""

    at: datetime
    day: date
    screening_id: str
    number: str
    state: str
    what: str = "screening"


Event = Decided | Treated | Asked | Noted | Undecided


@dataclass(frozen=True)
class Timeline:
    """`damaged` names what could not be opened: a prohibition may be in it."""

    patient_id: str
    events: list[Event]
    merged_unconfirmed: bool
    disagreements: list[Disagreement]
    damaged: list[str] = field(default_factory=list)


def timeline_of(context: Context, session: Session, screening: Screening) -> Timeline:
    """Return everything of the person but what was decided on this screening."""
    assert screening.patient_id is not None
    return timeline_of_patient(context, session, screening.patient_id, but=screening.id)


def timeline_of_patient(
    context: Context, session: Session, patient_id: str, but: str | None = None
) -> Timeline:
    """Return everything of the person, of the screening `but` only what came after it."""
    rows = whole_patient(session, patient_id)
    read = _Reading(context, session, rows, but)
    events: list[Event] = [*read.decisions(), *read.treatments(), *read.check_ins()]
    events += [*read.notes(), *read.undecided()]
    return Timeline(
        rows[0].id,
        sorted(events, key=lambda event: (event.at, event.day), reverse=True),
        any(row.merged_into and row.merge_confirmed_at is None for row in rows),
        read.disagreements(),
        read.damaged,
    )


def decisions_in_force(
    context: Context, session: Session, rows: list[Patient], but: str | None = None
) -> list[Decided]:
    """Return the newest decision on each screening of these patients, the oldest first."""
    return sorted(_Reading(context, session, rows, but).decisions(), key=lambda one: one.at)


class _Reading:
    """Opens what hangs on some patients; one damaged row hides no other."""

    def __init__(
        self, context: Context, session: Session, rows: list[Patient], but: str | None
    ) -> None:
        self.context, self.session, self.rows, self.but = context, session, rows, but
        self.ids = [row.id for row in rows]
        self.zone = ZoneInfo(session.get_one(Clinic, rows[0].clinic_id).zone)
        self.damaged: list[str] = []
        query = select(Screening).where(Screening.patient_id.in_(self.ids))
        others = session.scalars(query.where(Screening.state != State.ERASED))
        self.others = {one.id: one for one in others if one.id != but}

    @contextmanager
    def _noting(self, named: str) -> Iterator[None]:
        try:
            yield
        except SealedBlobError:
            self.damaged.append(named)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def decisions(self) -> list[Decided]:
        newest = {row.screening_id: row for row in self._rows(Decision, Decision.sequence)}
        found = []
        for id, row in newest.items():
            with self._noting(self.others[id].number):
                found.append(self._decided(self.others[id], row))
        return found

    def _rows(self, of: Any, order: Any) -> Iterable[Any]:
        query = select(of).where(of.screening_id.in_(self.others))
        return self.session.scalars(query.order_by(order))

    def _decided(self, screening: Screening, row: Decision) -> Decided:
        content = open_sealed(self.context, self.session, row, "content")
        rulings = content["decisions"]
        deferred = any(Choice(one["decision"]) is Choice.DEFER for one in rulings)
        ends = self._ends(screening) if deferred else {}
        assert screening.patient_id is not None
        return Decided(
            row.decided_at,
            self._day(row.decided_at),
            screening.id,
            screening.number,
            screening.patient_id,
            content["doctor"]["name"],
            row.sequence,
            [_ruled(one, ends.get(one["procedure"])) for one in rulings],
        )

    def _ends(self, screening: Screening) -> dict[str, date | None]:
        report = report_for_the_visit(self.context, self.session, screening)
        return {procedure["id"]: end_of_wait(procedure) for procedure in report["procedures"]}

    def treatments(self) -> list[Treated]:
        query = select(Treatment).where(Treatment.patient_id.in_(self.ids))
        found = []
        for row in self.session.scalars(query.where(Treatment.undone_at.is_(None))):
            day = date.fromisoformat(row.treated_on)
            with self._noting(f"treatment of {row.treated_on}"):
                content = open_sealed(self.context, self.session, row, "content")
                found.append(Treated(row.created_at, day, row.id, row.screening_id, content))
        return found

    def check_ins(self) -> list[Asked]:
        query = select(CheckIn).where(CheckIn.patient_id.in_(self.ids))
        found = []
        for row in self.session.scalars(query.where(CheckIn.answered_at.is_not(None))):
            assert row.answered_at is not None
            at, gravity = row.answered_at, row.gravity or 0
            with self._noting(f"check-in of {row.due_on}"):
                content = open_sealed(self.context, self.session, row, "content") or {}
                what = (row.id, row.treatment_id, gravity, content, row.handled_at)
                found.append(Asked(at, self._day(at), *what))
        return found

    def notes(self) -> list[Noted]:
        query = select(Note, Account.name).join(Account, Account.id == Note.account_id)
        found = []
        for row, doctor in self.session.execute(query.where(Note.patient_id.in_(self.ids))):
            at = row.created_at
            with self._noting(f"note of {self._day(at)}"):
                content = open_sealed(self.context, self.session, row, "content")
                found.append(Noted(at, self._day(at), row.id, row.kind, doctor, content))
        return found

    def undecided(self) -> list[Undecided]:
        return [
            Undecided(at, self._day(at), one.id, one.number, one.state)
            for one in self.others.values()
            if one.decided_at is None
            for at in [one.submitted_at or one.created_at]
        ]

    def disagreements(self) -> list[Disagreement]:
        found = []
        for row in self.rows:
            with self._noting("name and birth date"):
                found += disagreements_of(self.context, self.session, row)
        return found


def _ruled(ruling: dict[str, Any], until: date | None) -> Ruled:
    choice = Choice(ruling["decision"])
    return Ruled(
        ruling["procedure"],
        ruling["name"],
        choice,
        ruling["reason"],
        tuple(ruling.get("codes", ())),
        ruling.get("conditions", ""),
        until if choice is Choice.DEFER else None,
    )


def end_of_wait(procedure: ReportProcedure) -> date | None:
    """Return the day on which all that defers a procedure is over, None where none is known."""
    visit = procedure.get("visit")
    deferred = [
        one["until"]
        for one in (procedure, *([visit] if visit else []))
        if Outcome(one["outcome"]) is Outcome.DEFERRED
    ]
    if not deferred or None in deferred:
        return None
    return max(date.fromisoformat(day) for day in deferred if day)
