"""What the reception does with one line of its list."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import redirect, request
from flask.typing import ResponseReturnValue

from screening.web.core.guards import context, person
from screening.web.core.leaving import lead_back
from screening.web.reception.desk import bp, to_list
from screening.web.reception.forms import AppointmentForm, BirthDateForm
from screening.workflow.core.states import allow
from screening.workflow.reception import appointments, day_list, invitations
from screening.workflow.tablets import tablets


@bp.post("/screenings/<screening_id>/birth-date")
def birth_date(screening_id: str) -> ResponseReturnValue:
    """Note when the patient was born: without it no tablet opens the questionnaire."""
    form, here = BirthDateForm(), person()
    allow("answer", day_list.entry_of(context(), here, screening_id).state)
    if not form.validate_on_submit():
        return lead_back()
    invitations.note_birth_date(context(), here, screening_id, form.born.data.isoformat())
    return redirect(to_list(screening_id), 303)


@bp.post("/tablets/<kiosk_id>/unlocking")
def unlock(kiosk_id: str) -> ResponseReturnValue:
    """Let a tablet go on that five wrong codes had locked."""
    tablets.unlock(context(), person(), kiosk_id)
    return redirect(to_list(), 303)


@bp.post("/screenings/<screening_id>/appointment")
def reschedule(screening_id: str) -> ResponseReturnValue:
    """Move the appointment, or take it away; all is weighed for the new day at once."""
    form, here = AppointmentForm(), person()
    allow("reschedule", day_list.entry_of(context(), here, screening_id).state)
    if request.form.get("none"):
        appointments.reschedule(context(), here, screening_id, None)
        return redirect(to_list(screening_id), 303)
    if not form.validate_on_submit():
        return lead_back()
    at = form.appointment.data.replace(tzinfo=ZoneInfo(here.clinic.zone))
    appointments.reschedule(context(), here, screening_id, at)
    return redirect(to_list(screening_id), 303)


@bp.post("/screenings/<screening_id>/withdrawal")
def withdraw(screening_id: str) -> ResponseReturnValue:
    """End what is not wanted any more; within an hour it can be undone."""
    why = request.form.get("why", "")
    invitations.withdraw(context(), person(), screening_id, why)
    return redirect(to_list(screening_id), 303)


@bp.post("/screenings/<screening_id>/restoring")
def restore(screening_id: str) -> ResponseReturnValue:
    """Undo a withdrawal: the link works again, and all is as it was before."""
    invitations.restore(context(), person(), screening_id)
    return redirect(to_list(screening_id), 303)
