"""The operations on screenings: open, read, list, change, withdraw, send the link, treated."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, url_for

from screening.web.core.guards import context
from screening.web.core.language import definitions_in
from screening.web.integration.answered import (
    Link,
    Opened,
    Procedure,
    Procedures,
    ScreeningOut,
    Screenings,
    Sent,
    TreatmentOut,
    WordOut,
)
from screening.web.integration.api import bp, client, once, operation
from screening.web.integration.asked import (
    ChangeIn,
    InLanguage,
    LinkIn,
    Page,
    ScreeningIn,
    TreatmentIn,
    WithdrawalIn,
)
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import State
from screening.workflow.integration import opening, reading, requests
from screening.workflow.integration.api_keys import Scope
from screening.workflow.integration.opening import Wanted
from screening.workflow.integration.reading import Entry, Sought
from screening.workflow.integration.references import Kind
from screening.workflow.integration.requests import Claim
from screening.workflow.reception import appointments, invitations, mailbox
from screening.workflow.treatments import treating
from screening.workflow.treatments.treating import Done

SCREENINGS, CLINIC = "screenings", "clinic"


@bp.get("/procedures")
@operation(None, 200, Procedures, CLINIC)
def list_procedures(query: InLanguage) -> Any:
    """The procedures for which patients can be screened. Any key."""
    lists = definitions_in(query.language)
    known = [Procedure(id=one.id, name=one.name) for one in lists.procedures.values()]
    return Procedures(definitions=lists.hash, procedures=known)


@bp.post("/screenings")
@operation(Scope.INVITE, 201, Opened, SCREENINGS)
def open_screening(json: ScreeningIn) -> Any:
    """Open a screening and send its link. Scope `invite`.

    The link goes to the patient's e-mail address where one is given. Without one it is answered
    to keys with the scope `links`; else the reception makes one.
    """
    person, visit = json.patient, json.appointment
    wanted = Wanted(
        person.name,
        person.born.isoformat() if person.born else None,
        person.language,
        person.email,
        person.phone,
        person.number,
        tuple(json.procedures),
        visit.at if visit else None,
        person.external_id or "",
        (visit.external_id if visit else None) or "",
        json.external_id or "",
    )

    def act(held: Claim | None) -> tuple[str, Opened]:
        shown = Scope.LINKS in client().scopes and not person.email
        opened = opening.open_for(context(), client(), wanted, held, shown=shown)
        link = _link(opened.link) if shown else None
        return opened.screening_id, _opened(opened.screening_id, bool(person.email), link)

    return once(act, 201, lambda id: _opened(id, bool(person.email), None))


def _opened(screening_id: str, mailed: bool, link: str | None) -> Opened:
    entry = told(reading.read_entry(context(), client(), screening_id))
    sends = mailed and context().mail is not None
    return Opened(**entry.model_dump(), mailed=sends, link=link)


def _link(secret: str) -> str:
    return str(current_app.config["PUBLIC_URL"]) + url_for("patient.welcome", link=secret)


@bp.get("/screenings")
@operation(Scope.STATUS, 200, Screenings, SCREENINGS)
def list_screenings(query: Page) -> Any:
    """The clinic's screenings, the newest first. Scope `status`."""
    sought = Sought(
        state=query.state,
        patient=query.patient,
        appointment=query.appointment,
        screening=query.external_id,
        visits_from=query.visits_from,
        visits_until=query.visits_until,
    )
    found, following = reading.list_entries(context(), client(), sought, query.limit, query.cursor)
    return Screenings(screenings=[told(one) for one in found], next=following or None)


@bp.get("/screenings/<screening_id>")
@operation(Scope.STATUS, 200, ScreeningOut, SCREENINGS)
def read_screening(screening_id: str) -> Any:
    """How far a screening is, and what the reception may say. Scope `status`."""
    return told(reading.read_entry(context(), client(), screening_id))


def told(entry: Entry) -> ScreeningOut:
    """Return what is answered of a screening."""
    return ScreeningOut(
        id=entry.id,
        number=entry.number,
        state=State(entry.state),
        external_id=entry.external.get(Kind.SCREENING),
        patient_id=entry.patient_id,
        patient_external_id=entry.external.get(Kind.PATIENT),
        procedures=list(entry.procedures),
        appointment_at=entry.appointment_at,
        appointment_external_id=entry.external.get(Kind.APPOINTMENT),
        created_at=entry.created_at,
        submitted_at=entry.submitted_at,
        decided_at=entry.decided_at,
        link_ends_at=entry.link_ends_at,
        words=[
            WordOut(
                treatment=one.treatment,
                word=one.word,
                day=date.fromisoformat(one.day) if one.day else None,
                to_confirm=one.to_confirm,
            )
            for one in entry.words
        ],
    )


@bp.patch("/screenings/<screening_id>")
@operation(Scope.INVITE, 200, ScreeningOut, SCREENINGS)
def change_screening(screening_id: str, json: ChangeIn) -> Any:
    """Move the appointment, or take it away. Scope `invite`."""
    visit = json.appointment
    appointments.reschedule(context(), client(), screening_id, visit.at if visit else None)
    if visit and visit.external_id:
        given = [(Kind.APPOINTMENT, visit.external_id)]
        opening.refer_to(context(), client(), screening_id, given)
    return told(reading.read_entry(context(), client(), screening_id))


@bp.post("/screenings/<screening_id>/withdrawal")
@operation(Scope.INVITE, 200, ScreeningOut, SCREENINGS)
def withdraw_screening(screening_id: str, json: WithdrawalIn) -> Any:
    """End a screening that is not wanted any more. Scope `invite`."""

    def act(held: Claim | None) -> tuple[str, ScreeningOut]:
        made = held.made if held else None
        invitations.withdraw(context(), client(), screening_id, json.reason, made)
        return screening_id, told(reading.read_entry(context(), client(), screening_id))

    return once(act, 200, lambda id: told(reading.read_entry(context(), client(), id)))


@bp.post("/screenings/<screening_id>/invitations")
@operation(Scope.INVITE, 202, Sent, SCREENINGS)
def send_link(screening_id: str) -> Any:
    """Mail the link to the patient's address once more. Scope `invite`."""

    def act(held: Claim | None) -> tuple[str, Sent]:
        known = mailbox.read_mailbox(context(), client(), screening_id)
        if not known.to:
            raise ActRefusedError(Refusal.BAD_ADDRESS)
        how = (known.to, known.language, known.invitations)
        made = held.made if held else None
        mailbox.send_link(context(), client(), screening_id, *how, also=made)
        return screening_id, Sent(mailed=True)

    return once(act, 202, lambda _id: Sent(mailed=True))


@bp.post("/screenings/<screening_id>/links")
@operation(Scope.LINKS, 200, Link, SCREENINGS)
def show_link(screening_id: str, json: LinkIn) -> Any:
    """The patient's personal link itself, which is noted in the audit log. Scope `links`."""

    def act(_held: Claim | None) -> tuple[str, Link]:
        shown = invitations.show_link(context(), client(), screening_id, json.reason)
        ends = reading.read_entry(context(), client(), screening_id).link_ends_at
        return screening_id, Link(link=_link(shown.link), ends_at=ends)

    return once(act, 200)


@bp.post("/screenings/<screening_id>/treatments")
@operation(Scope.INVITE, 201, TreatmentOut, SCREENINGS)
def note_treatment(screening_id: str, json: TreatmentIn) -> Any:
    """Write down what was done; the patient's check-ins begin with it. Scope `invite`."""

    def act(held: Claim | None) -> tuple[str, TreatmentOut]:
        done = [
            Done(one.procedure, tuple((used.product, used.lot) for used in one.products))
            for one in json.done
        ]
        day, who, why = json.treated_on, json.by, json.why
        kept = requests.kept_with(context(), held, screening_id, _treated)
        made = treating.treat(context(), client(), screening_id, day, done, who, why, also=kept)
        return screening_id, TreatmentOut(id=made)

    return once(act, 201)


def _treated(id: str) -> dict[str, Any]:
    return TreatmentOut(id=id).model_dump()
