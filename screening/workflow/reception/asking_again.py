"""Ask again: on arrival and after a wait what is new, for the doctor what was not known.

A screening is never opened a second time. A new one takes over its answers, each with its
day, but for what is asked again; submitting that works the outcome out anew as of that
day, and supersedes the old one. What holds no more by then is asked again by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import Questionnaire, walk
from screening.storage.tables import Patient, Screening
from screening.workflow.core.actor import PATIENT, PROGRAM, Actor
from screening.workflow.core.context import Context, locked_screening, new_token
from screening.workflow.core.given import given_in
from screening.workflow.core.sealed import open_sealed, seal_into, submission_of
from screening.workflow.core.states import State, allow
from screening.workflow.mail.outbox import Kind, contact_of, keep_contact, order_mail
from screening.workflow.reception.invitations import (
    Invitation,
    Opened,
    fresh_code,
    fresh_link,
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
    known = context.definitions.procedures
    chosen = open_sealed(context, session, old, "draft")["procedures"]
    chosen = [p for p in chosen if p in known]
    opened = _open_after(context, session, old, chosen, set(), ON_ARRIVAL)
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
    draft["said"] = open_sealed(context, session, old, "draft").get("said", [])
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


def something_changed(context: Context, screening_id: str) -> str:
    """The patient has news: void what was sent, and open all of it again behind the same link.

    Returns the new screening; every answer stands in it already, to be gone
    through. Raises ActRefusedError with the state where nothing was sent yet.
    """
    with context.database.write() as session:
        old = locked_screening(session, screening_id)
        allow("change", old.state)
        opened = _open_behind_link(context, session, old, set(), SOMETHING_CHANGED)
        old.state = State.SUPERSEDED
        context.record(session, PATIENT, "something changed", old)
    return opened.row.id


def _open_behind_link(
    context: Context, session: Session, old: Screening, asked: set[str], why: str
) -> Opened:
    """Open the screening after `old` behind the link that the patient has already."""
    known = context.definitions.procedures
    chosen = [p for p in open_sealed(context, session, old, "draft")["procedures"] if p in known]
    opened = _open_after(context, session, old, chosen, asked, why)
    link_hash, old.link_hash = old.link_hash, context.hash(f"link:{new_token()}")
    session.flush()
    opened.row.link_hash = link_hash
    keep_contact(context, session, opened.row, contact_of(context, session, old))
    return opened


def _open_after(
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
