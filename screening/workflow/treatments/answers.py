"""What a patient answered at a check-in: kept at once, and a sign tells the clinic at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.aftercare import Act
from screening.clinical.definitions.questionnaire import NO, NOT_KNOWN, YES
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import CheckIn, Treatment
from screening.workflow.core.actor import PATIENT, Actor, Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.mail.outbox import order_alert
from screening.workflow.patients.patients import person_of, whole_patient
from screening.workflow.treatments.asking import contact_of_patient
from screening.workflow.treatments.links import MOST_MISSES, hold, is_open
from screening.workflow.treatments.page import open_page
from screening.workflow.treatments.signs import GRAVITY, TICKED, ticked_in

REPLIES = (YES, NO, NOT_KNOWN)


def answer(
    context: Context, check_in_id: str, replies: Mapping[str, str], by: Actor = PATIENT
) -> bool:
    """Keep the replies, by the keys of the page's signs; return whether the page is done.

    A sign that is ticked ends the page, whatever is still blank: what to do comes first. Where
    none is, every sign needs its "no"; what was sent so far is kept. An earlier answer stays
    beside the later one. Raises what `open_page` raises.
    """
    asked = open_page(context, check_in_id, by=by).asked
    said = [
        {"sign": one.sign, "act": one.act, "reply": reply if reply in REPLIES else ""}
        for one in asked
        for reply in (replies.get(one.key, ""),)
    ]
    is_whole = all(one["reply"] for one in said)
    is_ticked = any(one["reply"] in TICKED for one in said)
    orders: list[str] = []
    with context.database.write() as session:
        row = session.get_one(CheckIn, check_in_id)
        screening = hold(session, row)
        if by == PATIENT and not is_open(context, session, row):
            raise ActRefusedError(Refusal.CHECK_IN_OVER)
        content = open_sealed(context, session, row, "content")
        now = context.now()
        given = {"at": now.isoformat(timespec="seconds"), "by": by.who, "signs": said}
        if is_whole or is_ticked:
            if _is_news(row, content["answers"], given):
                orders = order_alert(context, session, screening)
            content["half"] = None
            content["answers"].append(given)
            row.state = "answered"
            context.record(session, by, "answer check-in", screening)
        else:
            content["half"] = given
            context.record(session, by, "answer part of check-in", screening)
        if is_ticked or (is_whole and not row.gravity):
            row.answered_at = now
        seal_into(context, session, row, "content", content)
    for order in orders:
        context.ring(order)
    return is_whole or is_ticked


def _is_news(row: CheckIn, earlier: list[dict[str, Any]], given: dict[str, Any]) -> bool:
    """Put the row to the top of the desk for each sign; return whether the clinic must be told.

    Who is well again stays there until somebody has taken it. What was taken counts no more.
    """
    signs = list(ticked_in([given]))
    if not signs:
        row.gravity = row.gravity or 0
        return False
    known = {one["sign"] for one in ticked_in(earlier)}
    gravity = max(GRAVITY[Act(one["act"])] for one in signs)
    if row.handled_at is not None:
        for one in earlier:
            one["seen"] = True
        row.gravity, row.handled_at, row.handled_by = gravity, None, None
        return True
    row.gravity = max(row.gravity or 0, gravity)
    return not {one["sign"] for one in signs} <= known


@dataclass(frozen=True)
class ToCall:
    """Who is to be called, since nothing came back: `why` is "no-address", "locked", "no-answer".

    Without `name` and `procedures` where what is stored is damaged.
    """

    check_in_id: str
    screening_id: str
    name: str | None
    procedures: tuple[str, ...]
    treated_on: date
    due_on: date
    why: str
    phone: str
    to: str


def list_to_call(context: Context, by: Staff) -> list[ToCall]:
    """Return who did not answer, or could not be asked, and was not called yet; oldest first."""
    silent = (CheckIn.state == "missed") | (
        (CheckIn.state == "asked") & CheckIn.link_hash.is_(None)
    )
    mine = (CheckIn.clinic_id == by.clinic_id, CheckIn.handled_at.is_(None))
    with context.database.read() as session:
        rows = session.scalars(select(CheckIn).where(*mine, silent).order_by(CheckIn.due_on))
        return [_to_call(context, session, row) for row in rows]


def _to_call(context: Context, session: Session, row: CheckIn) -> ToCall:
    treatment = session.get_one(Treatment, row.treatment_id)
    name, procedures, why, phone, to = None, (), "no-answer", "", ""
    try:
        done = open_sealed(context, session, treatment, "content")["done"]
        procedures = tuple(one["name"] for one in done)
        patient = whole_patient(session, row.patient_id)[0]
        person = person_of(context, session, patient)
        name, phone = person.get("name"), person.get("phone") or ""
        locked = open_sealed(context, session, row, "content")["misses"] >= MOST_MISSES
        why = "no-address" if row.link_hash is None else "locked" if locked else why
        to = contact_of_patient(context, session, row.patient_id, treatment.screening_id).to
    except SealedBlobError:  # one damaged row must not hide all the others
        pass
    days = (date.fromisoformat(treatment.treated_on), date.fromisoformat(row.due_on))
    return ToCall(row.id, treatment.screening_id, name, procedures, *days, why, phone, to)


def note_call(context: Context, by: Staff, check_in_id: str) -> None:
    """Take a patient off the list of those to be called."""
    with context.database.write() as session:
        row = session.get(CheckIn, check_in_id)
        if row is None or row.clinic_id != by.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        screening = hold(session, row)
        row.handled_at, row.handled_by = row.handled_at or context.now(), by.id
        context.record(session, by, "close check-in", screening)
