"""Ask again: on arrival and after a wait what is new, for the doctor what was not known.

A screening is never opened a second time. A new one takes over its answers, each with its
day, but for what is asked again; submitting that works the outcome out anew as of that
day, and supersedes the old one. What holds no more by then is asked again by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import Questionnaire, walk
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Patient, Screening
from screening.workflow.core.actor import PROGRAM, Actor
from screening.workflow.core.context import Context, new_token
from screening.workflow.core.given import given_in
from screening.workflow.core.sealed import open_sealed, seal_into, submission_of
from screening.workflow.core.states import ALLOWED, State, allow
from screening.workflow.mail.outbox import Kind, contact_of, keep_contact, order_mail
from screening.workflow.reception.invitations import (
    NOBODYS,
    Invitation,
    Opened,
    fresh_code,
    fresh_link,
    link_end,
    open_screening,
    own_screening,
)

ON_ARRIVAL, FOR_THE_DOCTOR, SOMETHING_CHANGED = "arrival", "doctor", "changed"
AFTER_THE_WAIT = "wait"


def arrive(context: Context, by: Actor, screening_id: str) -> Invitation:
    """Ask on arrival, in a few rows, whether anything is new since the answers were given.

    Said twice it opens nothing anew: what is answered stays, behind a fresh link and code.
    """
    with context.database.write() as session:
        old = own_screening(session, by, screening_id)
        allow("arrive", old.state)
        begun = _arrival_under_way(context, session, old)
        if begun is None:
            opened = _open_arrival(context, session, old)
            context.record(session, by, "arrive", opened.row)
            return opened.invitation
        context.record(session, by, "arrive", begun)
        link, code = fresh_link(context, session, begun), fresh_code(context, begun)
        return Invitation(begun.id, begun.number, link, code)


def _open_arrival(context: Context, session: Session, old: Screening) -> Opened:
    chosen = procedures_of(context, session, old)
    opened = open_after(context, session, old, chosen, set(), ON_ARRIVAL)
    _ask_in_rows(context, session, old, opened.row, set())
    return opened


def _arrival_under_way(context: Context, session: Session, old: Screening) -> Screening | None:
    rows = session.scalars(
        select(Screening)
        .where(Screening.recheck_of == old.id, Screening.state == State.IN_PROGRESS)
        .order_by(Screening.created_at.desc())
    )
    drafts = ((row, open_sealed(context, session, row, "draft")) for row in rows)
    return next((row for row, draft in drafts if draft["why"] == ON_ARRIVAL), None)


def ask_after_the_wait(
    context: Context, session: Session, old: Screening, blocked: set[str]
) -> list[str]:
    """Ask what `blocked` a treatment once more, behind the patient's own link, and the rows.

    Return what to ring for: where an address is known, a mail says so.
    """
    opened = _open_behind_link(context, session, old, set(), AFTER_THE_WAIT)
    _ask_in_rows(context, session, old, opened.row, blocked)
    context.record(session, PROGRAM, "ask after the wait", opened.row)
    return order_mail(context, session, opened.row, Kind.WAIT_OVER)


def _ask_in_rows(
    context: Context, session: Session, old: Screening, new: Screening, blocked: set[str]
) -> None:
    """Put into the draft of `new` what the rows begin from; `blocked` is asked in full."""
    draft = open_sealed(context, session, new, "draft")
    before = {"answers": draft["answers"], "given": draft["given"]}
    chosen = assemble_questionnaire(context.definitions, draft["procedures"])
    opened = with_follow_ups(chosen, blocked)
    draft |= {"before": before, "blocked": sorted(opened), "rows": {}}
    draft["answers"] = {k: a for k, a in draft["answers"].items() if k not in opened}
    draft["taken"] = sorted(draft["answers"])
    draft["since"] = submission_of(context, session, old)["on"]
    earlier = open_sealed(context, session, old, "draft")
    draft["said"] = earlier.get("said", [])
    # Nor does a question about a medicine on the list tell who asks what was on it.
    draft["replies"] = earlier.get("replies", {})
    seal_into(context, session, new, "draft", draft)


def ask_for_the_doctor(
    context: Context, session: Session, old: Screening, asked: set[str], by: Actor
) -> list[str]:
    """Open the questions `asked` again behind the patient's own link; return what to ring for.

    The link now leads to the new screening, so that the patient needs no other; where
    an address is known it is mailed once more.
    """
    opened = _open_behind_link(context, session, old, asked, FOR_THE_DOCTOR)
    context.record(session, by, "ask again", opened.row)
    return order_mail(context, session, opened.row, Kind.REQUEST_INFORMATION)


def procedures_of(context: Context, session: Session, old: Screening) -> list[str]:
    known = context.definitions.procedures
    return [p for p in open_sealed(context, session, old, "draft")["procedures"] if p in known]


def _open_behind_link(
    context: Context, session: Session, old: Screening, asked: set[str], why: str
) -> Opened:
    """Open the screening after `old` behind the link that the patient has already."""
    chosen = procedures_of(context, session, old)
    opened = open_after(context, session, old, chosen, asked, why)
    take_over_link(context, session, old, opened.row)
    # Answers of before stand in it: it is for the device that gave them.
    opened.row.device_hash = old.device_hash or NOBODYS
    return opened


def take_over_link(context: Context, session: Session, old: Screening, new: Screening) -> None:
    """Let the patient's link lead to `new` from now on."""
    link_hash, old.link_hash = old.link_hash, context.hash(f"link:{new_token()}")
    session.flush()
    new.link_hash, new.link_expires_at = link_hash, link_end(context.now(), new.appointment_at)
    keep_contact(context, session, new, contact_of(context, session, old))


def open_after(
    context: Context,
    session: Session,
    old: Screening,
    procedures: list[str],
    asked: set[str],
    why: str,
) -> Opened:
    """Open the screening that comes after `old`, with its answers but for those `asked` again."""
    person = open_sealed(context, session, old, "person")
    questionnaire = assemble_questionnaire(context.definitions, procedures)
    gone = with_follow_ups(questionnaire, asked)
    before = open_sealed(context, session, old, "draft")
    given = given_in(context, session, old, before)
    kept = {link_id: a for link_id, a in before["answers"].items() if link_id not in gone}
    draft = {
        "procedures": procedures,
        "invited_for": procedures,
        "answers": kept,
        "given": {link_id: given[link_id].as_json() for link_id in kept},
        "why": why,
    }
    if "opened_by" in before:
        draft["opened_by"] = before["opened_by"]
    assert old.patient_id is not None
    patient = session.get_one(Patient, old.patient_id)
    opened = open_screening(context, session, patient, person, draft, old.appointment_at)
    opened.row.recheck_of = old.id
    opened.row.state = State.IN_PROGRESS
    if contact := contact_of(context, session, old):
        keep_contact(context, session, opened.row, replace(contact, link=opened.invitation.link))
    return opened


def with_follow_ups(questionnaire: Questionnaire, asked: Iterable[str]) -> set[str]:
    """Return `asked` and every question that may follow one of them."""
    chosen = set(asked)
    roots = (item for item in questionnaire if item.link_id in chosen)
    return {below.link_id for root in roots for below in walk([root])}


def changing_since(
    context: Context, session: Session, screening_ids: Iterable[str]
) -> dict[str, datetime]:
    """Return since when a patient says of these that something changed, and has not sent it."""
    found = changes_under_way(context, session, screening_ids)
    return {id: row.created_at for id, row in found.items()}


def changes_under_way(
    context: Context, session: Session, screening_ids: Iterable[str]
) -> dict[str, Screening]:
    query = select(Screening).where(
        Screening.recheck_of.in_(list(screening_ids)), Screening.state.in_(ALLOWED["answer"])
    )
    found = {}
    for row in session.scalars(query.order_by(Screening.created_at)):
        with suppress(SealedBlobError):  # one damaged row must not hide all the others
            if open_sealed(context, session, row, "draft").get("why") == SOMETHING_CHANGED:
                found[str(row.recheck_of)] = row
    return found
