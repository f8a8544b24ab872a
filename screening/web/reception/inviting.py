"""The reception's invitations: whom, behind which link, by which mail."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.web.core.formatting import picture_of
from screening.web.core.guards import context, person
from screening.web.core.keeping import came_back, said, say
from screening.web.core.language import definitions, languages
from screening.web.core.leaving import lead_back
from screening.web.core.refusal_words import PATIENT, words
from screening.web.reception.desk import SHOWN, bp
from screening.web.reception.forms import ANOTHER, InviteForm, MailForm
from screening.web.screenings.forms import procedure_choices
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import ALLOWED, State
from screening.workflow.reception import (
    asking_again,
    day_list,
    invitations,
    mailbox,
    people_alike,
    shown_once,
)
from screening.workflow.reception.invitations import Invitation
from screening.workflow.reception.mailbox import Mailbox
from screening.workflow.reception.people_alike import Alike, PersonAlike


@bp.route("/invitations", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    """Invite somebody; who may be invited twice is shown before, and told apart by a person."""
    form = _invite_form()
    if request.method == "GET":
        form.say_what_was_wrong()
        alike = _alike(form) if came_back() and said("alike") else []
        return _ask(form, alike), 422 if form.errors else 409 if alike else 200
    if form.validate_on_submit() and (made := _told_apart(form)):
        return _to_invitation(made)
    return lead_back()


def _told_apart(form: InviteForm) -> Invitation | None:
    """Invite, unless somebody who is alike has not been seen or not been chosen yet."""
    alike = _alike(form)
    seen = (form.seen.data or "").split()
    say("alike", bool(alike))
    if alike and not {one.person.patient_id for one in alike} <= set(seen):
        return None
    if alike and not form.patient.data:
        form.patient.errors = [_("Choose who it is.")]
        return None
    is_numbered = any(one.by == Alike.NUMBER for one in alike)
    try:
        if form.patient.data == ANOTHER and is_numbered:
            raise ActRefusedError(Refusal.NUMBER_TAKEN)
        return _invited(form, careful=not alike)
    except ActRefusedError as error:
        if error.reason is Refusal.ALIKE:  # invited by somebody else at this very moment
            return _told_apart(form)
        form.number.errors = [words(PATIENT, error)]
        return None


def _alike(form: InviteForm) -> list[PersonAlike]:
    known = _known(form)
    return people_alike.find_people_alike(
        context(), person(), known, known["number"], _appointment(form), _chosen(form)
    )


def _invite_form() -> InviteForm:
    """Return the form, filled with the patient from whose page it was opened."""
    id = request.args.get("patient", "")
    given: dict[str, Any] = {}
    if id and request.method == "GET":
        known = people_alike.person_chosen(context(), person(), id)
        given = {key: known.get(key) or "" for key in ("name", "number", "phone")}
        given |= {"patient": id, "language": known.get("language")}
    form = InviteForm(data=given)
    if id and request.method == "GET" and known.get("born"):
        form.born.raw_data = [known["born"]]
    form.procedures.choices = procedure_choices(definitions().procedures)
    form.language.choices = list(languages().items())
    return form


def _ask(form: InviteForm, alike: list[PersonAlike]) -> str:
    return render_template(
        "reception/invite.html",
        form=form,
        has_mail=context().mail is not None,
        alike=alike,
        another=ANOTHER,
        zone=person().clinic.zone,
    )


def _known(form: InviteForm) -> dict[str, Any]:
    return {
        "name": form.name.data,
        "born": form.born.data.isoformat() if form.born.data else None,
        "number": (form.number.data or "").strip(),
        "phone": (form.phone.data or "").strip(),
    }


def _appointment(form: InviteForm) -> Any:
    when = form.appointment.data
    return when.replace(tzinfo=ZoneInfo(person().clinic.zone)) if when else None


def _chosen(form: InviteForm) -> str | None:
    return form.patient.data if form.patient.data not in ("", ANOTHER, None) else None


def _invited(form: InviteForm, careful: bool) -> Invitation:
    known = _known(form)
    return invitations.invite(
        context(),
        person(),
        known["name"],
        form.procedures.data,
        _appointment(form),
        form.to.data if context().mail is not None else "",
        form.language.data or "",
        known["born"],
        known["number"],
        _chosen(form),
        known["phone"],
        careful=careful,
    )


def _to_invitation(made: Invitation) -> ResponseReturnValue:
    """Lead to the page that shows link and code: loading it again makes nothing new."""
    session[SHOWN] = shown_once.seal_shown(context(), made)
    return redirect(url_for(".invitation", screening_id=made.screening_id), 303)


@bp.post("/screenings/<screening_id>/invitation")
def renew(screening_id: str) -> ResponseReturnValue:
    """Give a new link and a new start code; the old ones end."""
    return _to_invitation(invitations.renew_link(context(), person(), screening_id))


@bp.post("/screenings/<screening_id>/arrival")
def arrive(screening_id: str) -> ResponseReturnValue:
    """The patient has arrived: ask in a few rows whether anything is new."""
    return _to_invitation(asking_again.arrive(context(), person(), screening_id))


@bp.post("/screenings/<screening_id>/link")
def show_link(screening_id: str) -> ResponseReturnValue:
    """Show the link that the mail takes to the patient; the audit log says why."""
    why = request.form.get("why", "")
    return _to_invitation(invitations.show_link(context(), person(), screening_id, why))


def shown_because() -> dict[str, str]:
    """Return why a link is shown that was mailed."""
    return {
        "no-mail-arrived": _("The e-mail did not arrive"),
        "at-the-desk": _("The patient is here and opens it on the own phone"),
        "no-mailbox": _("The patient cannot open the mailbox"),
        "other-message": _("It goes by another message to the patient"),
    }


@bp.get("/screenings/<screening_id>/invitation")
def invitation(screening_id: str) -> ResponseReturnValue:
    """Show the code where a date of birth is known that goes with it, and the link, once.

    Where an address is known the mail takes the link to the patient: it shows only when asked.
    Who has arrived stands at the desk, and gets no mail.
    """
    here = person()
    entry = day_list.entry_of(context(), here, screening_id)
    sealed = session.get(SHOWN, "")
    made = shown_once.open_shown(context(), here, screening_id, sealed)
    answerable = entry.state in ALLOWED["answer"]
    box = mailbox.read_mailbox(context(), here, screening_id)
    asked = bool(made) and answerable and not (made and made.start_code)
    is_mailed = entry.state != State.SUBMITTED and entry.again != asking_again.ON_ARRIVAL
    by_mail = bool(box.to) and context().mail is not None and is_mailed
    link = made.link if made and (asked or not by_mail) else ""
    address = current_app.config["PUBLIC_URL"] + url_for("patient.welcome", link=link or "-")
    return render_template(
        "reception/invitation.html",
        entry=entry,
        made=made is not None,
        asked=asked,
        address=address if link else None,
        code=made.start_code if made and entry.has_birth_date else None,
        picture=picture_of(address) if link else None,
        answerable=answerable,
        to=mailbox.veiled(box.to),
        shown_because=shown_because(),
        **_mail_shown(box, _mail_form(box, link)),
    )


def _mail_form(box: Mailbox, link: str = "") -> MailForm:
    """Return the form of the next mail, filled with the address known."""
    given = {"to": box.to, "language": box.language, "after": box.invitations, "link": link}
    form = MailForm(data=given)
    form.language.choices = list(languages().items())
    return form


def _mail_shown(box: Mailbox, form: MailForm) -> dict[str, Any]:
    """Return what the pages with mail on them show."""
    return {
        "box": box,
        "form": form,
        "has_mail": context().mail is not None,
        "now": context().now(),
        "zone": person().clinic.zone,
    }


@bp.get("/screenings/<screening_id>/mail")
def mail(screening_id: str) -> ResponseReturnValue:
    """Show what became of the mails, and offer the next one."""
    here = person()
    box = mailbox.open_mailbox(context(), here, screening_id)
    return render_template("reception/mail.html", **_mail_shown(box, _mail_form(box)))


@bp.post("/screenings/<screening_id>/mail")
def send_mail(screening_id: str) -> ResponseReturnValue:
    """Send the link to the address, which may be a corrected one."""
    here, form = person(), MailForm()
    form.language.choices = list(languages().items())
    if not form.validate_on_submit():
        return lead_back()
    given = (form.to.data, form.language.data or "", form.after.data or 0, form.link.data or "")
    mailbox.send_link(context(), here, screening_id, *given)
    return redirect(url_for(".mail", screening_id=screening_id), 303)
