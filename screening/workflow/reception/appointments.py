"""The reception changes an appointment, and reads whether its patient may come: never a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.decision import Choice
from screening.clinical.report.parts import ReportProcedure
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Screening
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decision_of
from screening.workflow.core.standing import report_for_the_visit
from screening.workflow.core.states import ALLOWED, State, allow
from screening.workflow.reception.invitations import link_end, reopen


class Word(StrEnum):
    """What the reception says to a patient about one treatment."""

    MAY_COME = "may-come"
    BOOK_AGAIN = "book-again"
    DOCTOR_CALLS = "doctor-calls"
    NOT_THIS = "not-this"


@dataclass(frozen=True)
class Coming:
    """One treatment, its word, from which ISO day to book again, how many answers to confirm."""

    treatment: str
    word: Word
    day: str | None
    to_confirm: int


def reschedule(context: Context, by: Actor, screening_id: str, at: datetime | None) -> None:
    """Move the appointment, or take it away. From now on all is weighed for the new day.

    With it go what asks again for the same visit, and the day on which the link ends.
    What has expired can be answered again.
    """
    with context.database.write() as session:
        screening, *others = _of_the_visit(session, by, screening_id)
        allow("reschedule", screening.state)
        if at and screening.state == State.EXPIRED:
            reopen(context, session, screening)
        for one in (screening, *others):
            if one.state in ALLOWED["reschedule"]:
                one.appointment_at = at
                if one.state != State.EXPIRED:
                    one.link_expires_at = link_end(context.now(), at)
        context.record(session, by, "reschedule", screening)


def _of_the_visit(session: Session, by: Actor, screening_id: str) -> list[Screening]:
    """Return the screening, then what it asks again about and what asks again about it.

    The newest is held first, as by everyone who holds several.
    """
    screening = session.get(Screening, screening_id)
    if screening is None or screening.clinic_id != by.clinic_id:
        raise ActRefusedError(Refusal.GONE)
    ids = or_(
        Screening.id.in_((screening_id, screening.recheck_of)), Screening.recheck_of == screening_id
    )
    query = select(Screening).where(ids).order_by(Screening.created_at.desc())
    held = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return sorted(held, key=lambda one: one.id != screening_id)


def words_for(
    context: Context, clinic_id: str, screening_ids: Iterable[str]
) -> dict[str, list[Coming]]:
    """Return the words for each of these screenings of the clinic that a doctor has decided."""
    query = select(Screening).where(
        Screening.id.in_(screening_ids),
        Screening.clinic_id == clinic_id,
        Screening.state == State.DECIDED,
    )
    found = {}
    with context.database.read() as session:
        for screening in session.scalars(query):
            with suppress(SealedBlobError):  # one damaged row must not hide all the others
                found[screening.id] = words_of(context, session, screening)
    return found


def words_of(context: Context, session: Session, screening: Screening) -> list[Coming]:
    """Return a word for each treatment, for the day that is booked."""
    decision = decision_of(context, session, screening)
    if decision is None:
        return []
    report = report_for_the_visit(context, session, screening)
    decided = {one["procedure"]: one for one in decision["decisions"]}
    return [_word(p, Choice(decided[p["id"]]["decision"]), decision) for p in report["procedures"]]


def _word(procedure: ReportProcedure, choice: Choice, decision: Mapping[str, Any]) -> Coming:
    """Return what to say; a new day on which more speaks against it is the doctor's to see."""
    visit, day = procedure.get("visit"), None
    if choice is Choice.DECLINE:
        word = Word.NOT_THIS
    elif choice is Choice.DEFER:
        day = visit["until"] if visit else procedure["until"]
        word = Word.BOOK_AGAIN if day else Word.DOCTOR_CALLS
    elif choice is Choice.REQUEST_INFORMATION:
        word = Word.DOCTOR_CALLS
    else:
        moved = visit is not None and visit["on"] != decision.get("visit")
        before = Outcome(procedure["outcome"]).gravity
        graver = moved and visit and Outcome(visit["outcome"]).gravity > before
        word = Word.DOCTOR_CALLS if graver else Word.MAY_COME
    confirm = len(visit["to_confirm"]) if visit and word is Word.MAY_COME else 0
    return Coming(procedure["name"], word, day, confirm)
