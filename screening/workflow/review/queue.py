"""The doctor's lists: a page of those who wait, who was seen lately, who is found.

Only the entries of one page are opened, and of each the short line that was kept for it,
never the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.verdict_snapshot import (
    LineProcedure,
    LineReason,
    QueueLine,
    line_of,
)
from screening.storage.encryption import SealedBlobError
from screening.storage.sealed import open_value, screening_key
from screening.storage.tables import Clinic, Patient, Screening
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed, submission_of
from screening.workflow.core.states import State
from screening.workflow.patients.search import find_patients
from screening.workflow.reception.asking_again import AFTER_THE_WAIT, changing_since
from screening.workflow.review.line import (
    OUTCOMES,
    Counts,
    Group,
    bounds_of_today,
    counts_of,
    group_of,
    mark_in,
    waiting_line,
)
from screening.workflow.review.looks import Look, opened_of, others_looking

PAGE = 50
RECENT = 20


@dataclass(frozen=True)
class QueueEntry:
    """One line of the queue; without `name` and `procedures` where what is stored is damaged.

    `new` is what no doctor has opened yet; `visit_on` the day of which the procedures'
    `visit` speaks, None where the appointment has moved since.
    `changing_since` is since when the patient says that something changed, and has not sent it.
    """

    screening_id: str
    number: str
    name: str | None
    born: str | None
    state: str
    gravity: int
    procedures: list[LineProcedure]
    reasons: list[LineReason]
    to_read: bool
    visit_on: str | None
    appointment_at: datetime | None
    submitted_at: datetime
    group: Group
    look: Look | None
    new: bool
    after_wait: bool = False
    changing_since: datetime | None = None

    @property
    def became_clear(self) -> bool:
        """Whether a wait is over and nothing that was asked since stands in the way."""
        outcomes = [Outcome(p["outcome"]) for p in self.procedures]
        return self.after_wait and all(o.gravity < Outcome.DEFERRED.gravity for o in outcomes)

    @property
    def outcome(self) -> str:
        """The gravest outcome among the procedures, "" where nobody can read it."""
        outcomes = [Outcome(p["outcome"]) for p in self.procedures]
        return str(max(outcomes, key=lambda o: o.gravity)) if outcomes else ""


@dataclass(frozen=True)
class QueuePage:
    """PAGE of those who wait; `groups` counts all of the choice, `mark` says what they are."""

    entries: list[QueueEntry]
    counts: Counts
    groups: Counter[Group]
    total: int
    page: int
    mark: str

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        """The number of the first entry that is shown, counted from one."""
        return (self.page - 1) * PAGE + 1


def read_queue(
    context: Context, doctor: Staff, today: bool = False, outcome: str = "", page: int = 1
) -> QueuePage:
    """Return a page of those who wait: by appointment, then gravest first.

    `today` leaves those with an appointment on the clinic's day, `outcome` those with that one.
    """
    day = bounds_of_today(context, doctor)
    with context.database.read() as session:
        line = waiting_line(session, doctor)
        group = {place.screening_id: group_of(place.appointment_at, day) for place in line}
        chosen = [
            place
            for place in line
            if (not today or group[place.screening_id] is Group.TODAY)
            and outcome in ("", OUTCOMES[place.gravity])
        ]
        page = max(1, min(page, -(-len(chosen) // PAGE)))
        shown = [place.screening_id for place in chosen[(page - 1) * PAGE : page * PAGE]]
        return QueuePage(
            _opened(context, session, doctor, shown),
            counts_of(line, group),
            Counter(group[place.screening_id] for place in chosen),
            len(chosen),
            page,
            mark_in(context, session, doctor),
        )


def list_queue(context: Context, doctor: Staff) -> list[QueueEntry]:
    """Return the first page of those who wait."""
    return read_queue(context, doctor).entries


def list_decided(context: Context, doctor: Staff) -> list[QueueEntry]:
    """Return the newest decided screenings, newest decision first."""
    query = (
        select(Screening.id)
        .where(Screening.clinic_id == doctor.clinic_id, Screening.state == State.DECIDED)
        .order_by(Screening.decided_at.desc())
        .limit(RECENT)
    )
    with context.database.read() as session:
        return _opened(context, session, doctor, list(session.scalars(query)))


def _opened(
    context: Context, session: Session, doctor: Staff, ids: Sequence[str]
) -> list[QueueEntry]:
    """Return the entries of `ids`, in their order."""
    query = select(
        *(Screening.id, Screening.number, Screening.state, Screening.gravity),
        *(Screening.appointment_at, Screening.submitted_at, Screening.wrapped_key),
        *(Screening.basis, Screening.patient_id, Patient.wrapped_key.label("patient_key")),
    ).outerjoin(Patient, Patient.id == Screening.patient_id)
    rows = {row.id: row for row in session.execute(query.where(Screening.id.in_(ids)))}
    looks, opened = others_looking(context, session, doctor, ids), opened_of(session, ids)
    changing = changing_since(context, session, list(ids))
    key = context.clinic_key(session.get_one(Clinic, doctor.clinic_id))
    day, zone = bounds_of_today(context, doctor), ZoneInfo(doctor.clinic.zone)
    entries = []
    for row in (rows[id] for id in ids if id in rows):
        line = _line(context, session, key, row)
        visit = row.appointment_at and row.appointment_at.astimezone(zone).date().isoformat()
        entries.append(
            QueueEntry(
                screening_id=row.id,
                number=row.number,
                name=line["name"] if line else None,
                born=line["born"] if line else None,
                state=row.state,
                gravity=row.gravity or 0,
                procedures=line["procedures"] if line else [],
                reasons=line["reasons"] if line else [],
                to_read=bool(line and line["to_read"]),
                visit_on=visit if line and line["visit_on"] == visit else None,
                appointment_at=row.appointment_at,
                submitted_at=row.submitted_at,
                group=group_of(row.appointment_at, day),
                look=looks.get(row.id),
                new=row.id not in opened,
                after_wait=bool(line and line["again"] == AFTER_THE_WAIT),
                changing_since=changing.get(row.id),
            )
        )
    return entries


def _line(context: Context, session: Session, clinic_key: bytes, row: Any) -> QueueLine | None:
    """Return what the queue shows, None where what is stored is damaged.

    One damaged row must not hide all the others. A row of before there was a line is shown
    by its report.
    """
    try:
        held = row.wrapped_key, row.patient_id, row.patient_key
        key = screening_key(clinic_key, row.id, *held)
        basis = open_value(key, "screening.basis", row.id, row.basis) if row.basis else {}
        if "line" in basis:
            line: QueueLine = basis["line"]
            return line
        return line_of(submission_of(context, session, session.get_one(Screening, row.id)))
    except SealedBlobError:
        return None


def name_of(context: Context, session: Session, screening_id: str | None) -> str | None:
    """Return who a screening is of, None where there is none or it does not open."""
    if screening_id is None:
        return None
    try:
        found = open_sealed(context, session, session.get_one(Screening, screening_id), "person")
    except SealedBlobError:
        return None
    return found["name"] or None


@dataclass(frozen=True)
class Decided:
    """A screening that was decided a moment ago, and who it is of."""

    screening_id: str
    number: str
    name: str | None


def decided_of(context: Context, doctor: Staff, screening_id: str) -> Decided | None:
    """Return who was decided on; None for what is not decided, or not this clinic's."""
    with context.database.read() as session:
        row = session.get(Screening, screening_id)
        if row is None or row.clinic_id != doctor.clinic_id or row.state != State.DECIDED:
            return None
        return Decided(row.id, row.number, name_of(context, session, row.id))


def search(context: Context, doctor: Staff, words: str) -> list[QueueEntry]:
    """Return the submitted screenings of the patients whom `words` find, newest first."""
    found = find_patients(context, doctor, words)
    sent = {
        seen.screening_id: seen.submitted_at
        for patient in found
        for seen in patient.screenings
        if seen.submitted_at
    }
    with context.database.read() as session:
        return _opened(context, session, doctor, sorted(sent, key=sent.__getitem__, reverse=True))


def age_on(born: str | None, day: date) -> int | None:
    """Return how old somebody is on `day`, None without a whole date of birth."""
    try:
        birth = date.fromisoformat(born or "")
    except ValueError:
        return None
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
