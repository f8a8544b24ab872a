"""The reception's desk: invite, hand over, see who has finished. Never an answer."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from screening.web.core.formatting import picture_of
from screening.web.core.guards import context, day_at_clinic, person, require
from screening.web.core.language import languages
from screening.web.reception.forms import AppointmentForm, BirthDateForm, InviteForm, MailForm
from screening.web.screenings.forms import procedure_choices
from screening.workflow.accounts.sessions import note_look
from screening.workflow.reception import appointments, asking_again, day_list, invitations, mailbox
from screening.workflow.reception.day_list import DayEntry
from screening.workflow.reception.mailbox import Mailbox
from screening.workflow.tablets import tablets

bp = Blueprint("reception", __name__, url_prefix="/reception")
bp.before_request(require("receptionist"))


@bp.get("")
def today() -> ResponseReturnValue:
    """Show the appointments of today, or of the day asked for, then everyone else."""
    note_look(context(), person(), "look at list")
    return _patients(request.args.get("day", type=date.fromisoformat) or day_at_clinic())


def _patients(day: date, moved: str = "", appointment: AppointmentForm | None = None) -> str:
    """Show the list; `appointment` is what was wrong with the one of the screening `moved`."""
    zone = person().clinic.zone
    today = day_at_clinic()
    entries = day_list.list_screenings(context(), person().clinic.id, day)
    of_the_day = [e for e in entries if _day(e, zone) == day]
    return render_template(
        "reception/today.html",
        day=day,
        is_today=day == today,
        today=today,
        of_the_day=of_the_day,
        others=[e for e in entries if e not in of_the_day],
        coming=appointments.words_for(
            context(), person().clinic.id, [e.screening_id for e in of_the_day]
        ),
        why_words=why_words(),
        locked=[t for t in tablets.list_kiosks(context(), person().clinic.id) if t.locked],
        zone=zone,
        now=context().now(),
        has_mail=context().mail is not None,
        form=FlaskForm(),
        moved=next((e for e in entries if e.screening_id == moved), None),
        appointment=appointment,
    )


def _day(entry: DayEntry, zone: str) -> date | None:
    at = entry.appointment_at
    return at.astimezone(ZoneInfo(zone)).date() if at else None


def why_words() -> dict[str, str]:
    return {
        "cancelled": _("The appointment was cancelled"),
        "mistake": _("It was a mistake"),
        "twice": _("The patient was invited twice"),
        "patient-wishes": _("The patient wishes so"),
    }


@bp.route("/invitations", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    form = InviteForm()
    form.procedures.choices = procedure_choices(context().definitions.procedures)
    form.language.choices = list(languages().items())
    has_mail = context().mail is not None
    if not form.validate_on_submit():
        page = render_template("reception/invite.html", form=form, has_mail=has_mail)
        return page, 422 if form.errors else 200
    here = person()
    when = form.appointment.data
    invitation = invitations.invite(
        context(),
        here,
        form.name.data,
        form.procedures.data,
        when.replace(tzinfo=ZoneInfo(here.clinic.zone)) if when else None,
        form.to.data if has_mail else "",
        form.language.data or "",
        form.born.data.isoformat() if form.born.data else None,
    )
    return _show(invitation.screening_id, invitation.link, invitation.start_code), 201


@bp.post("/screenings/<screening_id>/invitation")
def renew(screening_id: str) -> ResponseReturnValue:
    """Give a new link and a new start code; the old ones end."""
    here = person()
    link = invitations.renew_link(context(), here, screening_id)
    code = invitations.new_start_code(context(), here, screening_id)
    return _show(screening_id, link, code)


@bp.post("/screenings/<screening_id>/birth-date")
def birth_date(screening_id: str) -> ResponseReturnValue:
    """Note when the patient was born: without it no tablet opens the questionnaire."""
    form, here = BirthDateForm(), person()
    if form.validate_on_submit():
        born = form.born.data.isoformat()
        invitations.note_birth_date(context(), here, screening_id, born)
    return redirect(url_for(".today"), 303)


@bp.post("/tablets/<kiosk_id>/unlocking")
def unlock(kiosk_id: str) -> ResponseReturnValue:
    """Let a tablet go on that five wrong codes had locked."""
    tablets.unlock(context(), person(), kiosk_id)
    return redirect(url_for(".today"), 303)


@bp.post("/screenings/<screening_id>/appointment")
def reschedule(screening_id: str) -> ResponseReturnValue:
    """Move the appointment; all is weighed for the new day at once."""
    form, here = AppointmentForm(), person()
    appointments.check_it_may_move(context(), here, screening_id)
    if not form.validate_on_submit():
        return _patients(day_at_clinic(), screening_id, form), 422
    at = form.appointment.data.replace(tzinfo=ZoneInfo(here.clinic.zone))
    appointments.reschedule(context(), here, screening_id, at)
    return redirect(url_for(".today"), 303)


@bp.post("/screenings/<screening_id>/arrival")
def arrive(screening_id: str) -> ResponseReturnValue:
    """The patient has arrived: ask in a few rows whether anything is new."""
    here = person()
    invitation = asking_again.arrive(context(), here, screening_id)
    return _show(invitation.screening_id, invitation.link, invitation.start_code), 201


@bp.post("/screenings/<screening_id>/link")
def show_link(screening_id: str) -> ResponseReturnValue:
    """Show the link that the mail takes to the patient; the audit log says why."""
    here = person()
    link = invitations.show_link(context(), here, screening_id, request.form.get("why", ""))
    return _show(screening_id, link, "", asked=True)


def shown_because() -> dict[str, str]:
    return {
        "no-mail-arrived": _("The e-mail did not arrive"),
        "at-the-desk": _("The patient is here and opens it on the own phone"),
        "no-mailbox": _("The patient cannot open the mailbox"),
        "other-message": _("It goes by another message to the patient"),
    }


def _show(screening_id: str, link: str, code: str, asked: bool = False) -> str:
    """Show the code where a date of birth is known that goes with it, and the link.

    Where an address is known the mail takes the link to the patient: it shows only when `asked`.
    """
    address = current_app.config["PUBLIC_URL"] + url_for("patient.welcome", link=link)
    here = person()
    useful = day_list.has_birth_date(context(), here.clinic.id, screening_id)
    box = mailbox.read_mailbox(context(), here, screening_id)
    mailed = bool(box.to) and context().mail is not None and not asked
    return render_template(
        "reception/invitation.html",
        address=None if mailed else address,
        code=code if useful else None,
        asked=asked,
        picture=None if mailed else picture_of(address),
        to=mailbox.veiled(box.to),
        shown_because=shown_because(),
        **_mail_shown(box, _mail_form(box, "" if mailed else link)),
    )


def _mail_form(box: Mailbox, link: str = "") -> MailForm:
    """Return the form of the next mail, filled with the address known."""
    given = {"to": box.to, "language": box.language, "after": box.invitations, "link": link}
    form = MailForm(formdata=None, data=given)
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
        box = mailbox.read_mailbox(context(), here, screening_id)
        return render_template("reception/mail.html", **_mail_shown(box, form)), 422
    given = (form.to.data, form.language.data or "", form.after.data or 0, form.link.data or "")
    mailbox.send_link(context(), here, screening_id, *given)
    return redirect(url_for(".mail", screening_id=screening_id), 303)


@bp.post("/screenings/<screening_id>/withdrawal")
def withdraw(screening_id: str) -> ResponseReturnValue:
    why = request.form.get("why", "")
    invitations.withdraw(context(), person(), screening_id, why)
    return redirect(url_for(".today"), 303)
