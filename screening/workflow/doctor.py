"""What a doctor does: see who waits, see why each verdict, decide, and sign by deciding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.eligibility import Outcome
from screening.clinical.report import Report, ReportProcedure, changes_between
from screening.storage.encryption import open_bytes, open_json, seal_json
from screening.storage.tables import Decision, ReportRow, Screening, new_id
from screening.workflow.accounts import Person
from screening.workflow.asking_again import ask_for_the_doctor, open_questions
from screening.workflow.factors import confirm
from screening.workflow.orders import Kind, order_reports
from screening.workflow.states import State, allow
from screening.workflow.workplace import ActRefusedError, Workplace, locked_screening

LONGEST_REASON = 500


class Choice(StrEnum):
    """What a doctor may decide for one procedure, mildest first."""

    PROCEED = "proceed"
    PROCEED_WITH_CONDITIONS = "proceed-with-conditions"
    REQUEST_INFORMATION = "request-information"
    DEFER = "defer"
    DECLINE = "decline"

    @property
    def strictness(self) -> int:
        return list(Choice).index(self)


ADVISED = {
    Outcome.NONE_IDENTIFIED: Choice.PROCEED,
    Outcome.PRECAUTION: Choice.PROCEED_WITH_CONDITIONS,
    Outcome.INFORMATION_NEEDED: Choice.REQUEST_INFORMATION,
    Outcome.DEFERRED: Choice.DEFER,
    Outcome.CONTRAINDICATED: Choice.DECLINE,
}


@dataclass(frozen=True)
class QueueEntry:
    screening_id: str
    number: str
    name: str
    state: str
    gravity: int
    procedures: list[ReportProcedure]
    appointment_at: datetime | None
    submitted_at: datetime


@dataclass(frozen=True)
class ReportState:
    """How far a report's PDF is; `error` says why it is not there yet."""

    kind: str
    state: str
    attempts: int
    error: str | None
    sha256: str | None


@dataclass(frozen=True)
class Review:
    """One screening as the doctor sees it."""

    screening_id: str
    number: str
    state: str
    report: Report
    reports: dict[str, ReportState]
    decision: dict[str, Any] | None
    changes: dict[str, list[dict[str, str]]] | None


def list_queue(place: Workplace, doctor: Person, state: str = State.SUBMITTED) -> list[QueueEntry]:
    """Return the clinic's screenings in `state`: by appointment, then gravest first."""
    query = select(Screening).where(
        Screening.clinic_id == doctor.clinic.id, Screening.state == state
    )
    with place.database.read() as session:
        found = [_entry(place, session, s) for s in session.scalars(query)]
    return sorted(found, key=_waiting_order)


def _waiting_order(entry: QueueEntry) -> tuple[datetime, int, datetime]:
    no_appointment = datetime.max.replace(tzinfo=UTC)
    return entry.appointment_at or no_appointment, -entry.gravity, entry.submitted_at


def _entry(place: Workplace, session: Session, screening: Screening) -> QueueEntry:
    report = _submission(place, session, screening)
    patient = report["frame"]["patient"]
    assert screening.submitted_at is not None
    return QueueEntry(
        screening.id,
        screening.number,
        patient["name"] or report["frame"]["declaration"]["name"],
        screening.state,
        screening.gravity or 0,
        report["procedures"],
        screening.appointment_at,
        screening.submitted_at,
    )


def _submission(place: Workplace, session: Session, screening: Screening) -> Report:
    assert screening.submission is not None
    key = place.screening_key(session, screening)
    report: Report = open_json(key, screening.submission, f"screening:{screening.id}:submission")
    return report


def open_review(place: Workplace, doctor: Person, screening_id: str) -> Review:
    """Return the screening with its verdicts, and note in the audit log who looked.

    Raises ActRefusedError "gone" for another clinic's, or its state before submission.
    """
    with place.database.write() as session:
        screening = _own(session, doctor, screening_id)
        place.record(
            session,
            doctor.who,
            "open review",
            clinic_id=doctor.clinic.id,
            screening_id=screening_id,
        )
        rows = session.scalars(select(ReportRow).where(ReportRow.screening_id == screening_id))
        return Review(
            screening.id,
            screening.number,
            screening.state,
            _submission(place, session, screening),
            {r.kind: ReportState(r.kind, r.state, r.attempts, r.error, r.sha256) for r in rows},
            decision_of(place, session, screening),
            _changes(place, session, screening),
        )


def _changes(
    place: Workplace, session: Session, screening: Screening
) -> dict[str, list[dict[str, str]]] | None:
    """Return what a recheck changed, None for a screening of its own."""
    if screening.recheck_of is None:
        return None
    earlier = session.get_one(Screening, screening.recheck_of)
    return changes_between(
        _submission(place, session, earlier), _submission(place, session, screening)
    )


def _own(session: Session, doctor: Person, screening_id: str) -> Screening:
    screening = locked_screening(session, screening_id)
    if screening.clinic_id != doctor.clinic.id:
        raise ActRefusedError("gone")
    if screening.submission is None:
        raise ActRefusedError(screening.state)
    return screening


def decision_of(place: Workplace, session: Session, screening: Screening) -> dict[str, Any] | None:
    """Return the decision as the decided report prints it, None before there is one."""
    query = select(Decision).where(Decision.screening_id == screening.id)
    if row := session.scalars(query).first():
        key = place.screening_key(session, screening)
        content: dict[str, Any] = open_json(key, row.content, f"decision:{row.id}")
        return content
    return None


def problems_with(procedure: ReportProcedure, choice: str, reason: str) -> str | None:
    """Return what forbids this decision, None where nothing does.

    "missing", "fixed", "needs-reason", "too-long" or "nothing-to-ask".

    A decision milder than what is advised needs a reason; a contraindication that
    certainly holds and that nobody may relax cannot be set aside at all.
    """
    if choice not in list(Choice):
        return "missing"
    if len(reason) > LONGEST_REASON:
        return "too-long"
    decided, advised = Choice(choice), ADVISED[Outcome(procedure["outcome"])]
    proceeds = decided in {Choice.PROCEED, Choice.PROCEED_WITH_CONDITIONS}
    if decided is Choice.REQUEST_INFORMATION and not open_questions(procedure):
        return "nothing-to-ask"
    if proceeds and any(_cannot_be_relaxed(r) for r in procedure["reasons"]):
        return "fixed"
    if decided.strictness < advised.strictness and not reason.strip():
        return "needs-reason"
    return None


def _cannot_be_relaxed(reason: Mapping[str, Any]) -> bool:
    certain = reason["state"] == "present" and reason["grade"] == "contraindication"
    return bool(reason["fixed"]) and certain


def decide(
    place: Workplace,
    doctor: Person,
    screening_id: str,
    choices: Mapping[str, tuple[str, str]],
    password: str,
) -> None:
    """Record the doctor's decision, a (choice, reason) a procedure, and order the signed report.

    The password, or a fresh code of the app, stands for the doctor's hand: the report
    is signed with her own certificate. Raises ActRefusedError: "wrong" or "locked" (password), what
    `problems_with` says, or the state when it was decided already.
    """
    confirm(place, doctor.id, password)
    with place.database.write() as session:
        screening = _own(session, doctor, screening_id)
        allow("decide", screening.state)
        report = _submission(place, session, screening)
        for procedure in report["procedures"]:
            choice, reason = choices.get(procedure["id"], ("", ""))
            if problem := problems_with(procedure, choice, reason):
                raise ActRefusedError(problem)
        now = place.now()
        row = Decision(id=new_id(), screening_id=screening_id, account_id=doctor.id, decided_at=now)
        content = _content(doctor, report, choices, now)
        key = place.screening_key(session, screening)
        row.content = seal_json(key, content, f"decision:{row.id}")
        session.add(row)
        orders = order_reports(session, screening_id, (Kind.DECIDED, Kind.PLAN), now)
        screening.state, screening.decided_at = State.DECIDED, now
        if asked := _asked_again(report, choices):
            ask_for_the_doctor(place, session, screening, asked, doctor.who)
        place.record(
            session, doctor.who, "decide", clinic_id=doctor.clinic.id, screening_id=screening_id
        )
    for order in orders:
        place.ring(order)


def _asked_again(report: Report, choices: Mapping[str, tuple[str, str]]) -> set[str]:
    """Return the questions that the doctor wants answered once more."""
    return {
        link_id
        for procedure in report["procedures"]
        if choices[procedure["id"]][0] == Choice.REQUEST_INFORMATION
        for link_id in open_questions(procedure)
    }


def _content(
    doctor: Person, report: Report, choices: Mapping[str, tuple[str, str]], now: datetime
) -> dict[str, Any]:
    return {
        "doctor": {"name": doctor.name},
        "at": now.isoformat(timespec="seconds"),
        "decisions": [
            {
                "procedure": p["id"],
                "name": p["name"],
                "decision": choices[p["id"]][0],
                "reason": choices[p["id"]][1].strip(),
            }
            for p in report["procedures"]
        ],
    }


def read_report(place: Workplace, doctor: Person, screening_id: str, kind: str) -> bytes:
    """Return the sealed PDF and note who took it. Raises ActRefusedError("pending")."""
    with place.database.write() as session:
        screening = _own(session, doctor, screening_id)
        query = select(ReportRow).where(
            ReportRow.screening_id == screening_id, ReportRow.kind == kind
        )
        row = session.scalars(query).first()
        if row is None or row.pdf is None:
            raise ActRefusedError("pending")
        place.record(
            session,
            doctor.who,
            f"read {kind} report",
            clinic_id=doctor.clinic.id,
            screening_id=screening_id,
        )
        return open_bytes(place.screening_key(session, screening), row.pdf, f"report:{row.id}")
