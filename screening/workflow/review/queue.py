"""Who waits for a doctor, who is being looked at, and who was seen lately."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.parts import ReportProcedure, patient_name
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Account, AuditEntry, Screening
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed, submission_of
from screening.workflow.core.states import State
from screening.workflow.reception.asking_again import AFTER_THE_WAIT
from screening.workflow.screenings.changes import changing_since

LOOKING = timedelta(minutes=15)
NEWEST = 1_000  # how many a search reads: names are sealed, so each is opened for it
RECENT = 20


@dataclass(frozen=True)
class Look:
    """Another doctor opened this screening a short while ago."""

    name: str
    at: datetime


@dataclass(frozen=True)
class QueueEntry:
    """One line of the queue; without `name` and `procedures` where what is stored is damaged.

    `changing_since` is since when the patient says that something changed, and has not sent it.
    """

    screening_id: str
    number: str
    name: str | None
    state: str
    gravity: int
    procedures: list[ReportProcedure]
    appointment_at: datetime | None
    submitted_at: datetime
    look: Look | None
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
        return self.procedures[0]["outcome"] if self.procedures else ""


@dataclass(frozen=True)
class Counts:
    """How many wait: in all, with an appointment today, and by gravest outcome."""

    all: int
    today: int
    outcomes: Counter[str]


def list_queue(context: Context, doctor: Staff, state: str = State.SUBMITTED) -> list[QueueEntry]:
    """Return the clinic's screenings in `state`: by appointment, then gravest first."""
    query = select(Screening).where(
        Screening.clinic_id == doctor.clinic.id, Screening.state == state
    )
    return _entries(context, doctor, query)


def list_decided(context: Context, doctor: Staff) -> list[QueueEntry]:
    """Return the newest decided screenings, newest decision first."""
    query = (
        select(Screening)
        .where(Screening.clinic_id == doctor.clinic.id, Screening.state == State.DECIDED)
        .order_by(Screening.decided_at.desc())
        .limit(RECENT)
    )
    return _entries(context, doctor, query, in_order=False)


def search(context: Context, doctor: Staff, words: str) -> list[QueueEntry]:
    """Return the submitted screenings whose name or number holds every one of `words`.

    Names are sealed, so only the clinic's newest NEWEST are read; a whole number is
    found however old it is. Accents and capitals do not matter.
    """
    wanted = _plain(words).split()
    if not wanted:
        return []
    query = (
        select(Screening)
        .where(Screening.clinic_id == doctor.clinic.id, Screening.submitted_at.is_not(None))
        .where(Screening.state != State.ERASED)
        .order_by(Screening.submitted_at.desc())
    )
    with context.database.read() as session:
        rows = list(session.scalars(query.where(Screening.number == words.strip().upper())))
        rows = rows or [
            row
            for row in session.scalars(query.limit(NEWEST))
            if _holds(f"{_name(context, session, row)} {row.number}", wanted)
        ]
        return _opened(context, session, doctor, rows)


def _holds(text: str, wanted: list[str]) -> bool:
    plain = _plain(text)
    return all(word in plain for word in wanted)


def _name(context: Context, session: Session, screening: Screening) -> str:
    """Return who it is without opening the report, which is a hundred times as large."""
    try:
        name: str = open_sealed(context, session, screening, "person")["name"]
        if name:
            return name
        report = submission_of(context, session, screening)
    except SealedBlobError:  # a damaged row is still found by its number
        return ""
    return patient_name(report["frame"])


def count(entries: Iterable[QueueEntry], today: date, zone: str) -> Counts:
    listed = list(entries)
    return Counts(
        len(listed),
        sum(is_on(e, today, zone) for e in listed),
        Counter(e.outcome for e in listed),
    )


def is_on(entry: QueueEntry, day: date, zone: str) -> bool:
    """Return whether the appointment is on `day` at the clinic."""
    at = entry.appointment_at
    return at is not None and at.astimezone(ZoneInfo(zone)).date() == day


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("đ", "d")


def _entries(
    context: Context, doctor: Staff, query: Select[Screening], in_order: bool = True
) -> list[QueueEntry]:
    with context.database.read() as session:
        rows = list(session.scalars(query.options(undefer(Screening.submission))))
        found = _opened(context, session, doctor, rows)
    return sorted(found, key=_waiting_order) if in_order else found


def _opened(
    context: Context, session: Session, doctor: Staff, rows: list[Screening]
) -> list[QueueEntry]:
    looks = others_looking(context, session, doctor, [row.id for row in rows])
    changing = changing_since(context, session, [row.id for row in rows])
    return [
        replace(
            _entry(context, session, row, looks.get(row.id)), changing_since=changing.get(row.id)
        )
        for row in rows
    ]


def _waiting_order(entry: QueueEntry) -> tuple[datetime, int, datetime]:
    no_appointment = datetime.max.replace(tzinfo=UTC)
    return entry.appointment_at or no_appointment, -entry.gravity, entry.submitted_at


def _entry(
    context: Context, session: Session, screening: Screening, look: Look | None
) -> QueueEntry:
    try:
        report = submission_of(context, session, screening)
    except SealedBlobError:  # one damaged row must not hide all the others
        name, procedures, again = None, [], None
    else:
        frame, procedures = report["frame"], report["procedures"]
        name, again = patient_name(frame), frame.get("again")
    assert screening.submitted_at is not None
    return QueueEntry(
        screening.id,
        screening.number,
        name,
        screening.state,
        screening.gravity or 0,
        procedures,
        screening.appointment_at,
        screening.submitted_at,
        look,
        again == AFTER_THE_WAIT,
    )


def others_looking(
    context: Context, session: Session, doctor: Staff, screening_ids: list[str]
) -> dict[str, Look]:
    """Return for each screening the other doctor who opened it last, a short while ago."""
    query = (
        select(AuditEntry.screening_id, AuditEntry.who, AuditEntry.at)
        .where(
            AuditEntry.screening_id.in_(screening_ids),
            AuditEntry.act == "open review",
            AuditEntry.who != doctor.who,
            AuditEntry.at > context.now() - LOOKING,
        )
        .order_by(AuditEntry.sequence)
    )
    rows = session.execute(query).all()
    ids = {who.removeprefix("account:") for _, who, _ in rows}
    people = select(Account.id, Account.name).where(Account.id.in_(ids))
    names = {row.id: row.name for row in session.execute(people)}
    return {
        screening_id: Look(names.get(who.removeprefix("account:"), who), at)
        for screening_id, who, at in rows
        if screening_id
    }
