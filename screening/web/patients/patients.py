"""One patient: the reception sees who and how far, a doctor the whole line."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from screening.web.core.guards import context, person, require
from screening.web.core.keeping import pass_on, passed_on
from screening.web.core.leaving import lead_back
from screening.web.core.refusal_words import PATIENT, words
from screening.web.patients.forms import PatientForm
from screening.web.review.words import choice_words
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.patients import changing, merging
from screening.workflow.patients.search import Found, find_patients
from screening.workflow.patients.viewing import open_patient
from screening.workflow.reception.appointments import words_for

bp = Blueprint("patients", __name__, url_prefix="/patients")
bp.before_request(require("receptionist", "doctor"))


@bp.get("/<patient_id>")
def patient(patient_id: str) -> ResponseReturnValue:
    return _page(patient_id, passed_on())


def _page(patient_id: str, sought: str | None) -> str:
    """Show the person; `sought` is what the one to merge with was searched by."""
    view = open_patient(context(), person(), patient_id)
    found = view.found
    first = view.rows[0]
    born = date.fromisoformat(first.born) if first.born else None
    filled = {"name": first.name, "born": born, "number": first.number}
    ids = [one.screening_id for one in found.screenings]
    return render_template(
        "patients/patient.html",
        view=view,
        patient=found,
        form=PatientForm(data=filled),
        acts=FlaskForm(),
        coming=words_for(context(), person().clinic.id, ids),
        sought=sought,
        others=_others(sought, found) if sought is not None else [],
        choice_words=choice_words(),
        is_doctor=view.line is not None,
        zone=person().clinic.zone,
    )


def _others(sought: str, found: Found) -> list[Found]:
    """Return who else may be meant, but the person herself."""
    candidates = find_patients(context(), person(), sought)
    return [one for one in candidates if one.patient_id != found.patient_id]


@bp.post("/<patient_id>/search")
def search(patient_id: str) -> ResponseReturnValue:
    """Find the one to merge with. A name never stands in an address."""
    return pass_on(url_for(".patient", patient_id=patient_id), request.form.get("words", ""))


@bp.post("/<patient_id>/changes")
def change(patient_id: str) -> ResponseReturnValue:
    form = PatientForm()
    if not form.validate_on_submit():
        return lead_back()
    born = form.born.data.isoformat() if form.born.data else None
    given = (form.name.data, born, form.number.data or "")
    try:
        changing.change_patient(context(), person(), patient_id, *given)
    except ActRefusedError as refused:
        field = form.name if refused.reason is Refusal.NO_NAME else form.number
        field.errors = [words(PATIENT, refused)]
        return lead_back()
    return _shown(patient_id)


@bp.post("/<patient_id>/right")
def settle(patient_id: str) -> ResponseReturnValue:
    """Say which is right, the reception's or the patient's."""
    field, right = request.form.get("field", ""), request.form.get("right", "")
    changing.settle(context(), person(), patient_id, field, right)
    return _shown(patient_id)


@bp.post("/<patient_id>/merge")
def merge(patient_id: str) -> ResponseReturnValue:
    """Say that another patient is the same person."""
    merging.merge(context(), person(), patient_id, request.form.get("other", ""))
    return _shown(patient_id)


@bp.post("/<patient_id>/difference")
def keep_apart(patient_id: str) -> ResponseReturnValue:
    """Say that another patient, who is alike, is another person."""
    changing.keep_apart(context(), person(), patient_id, request.form.get("other", ""))
    return _shown(patient_id)


@bp.post("/<patient_id>/parting")
def part(patient_id: str) -> ResponseReturnValue:
    """Take a merge back: both are as they were."""
    merging.part(context(), person(), patient_id)
    return _shown(patient_id)


@bp.post("/<patient_id>/merge-confirmation")
def confirm(patient_id: str) -> ResponseReturnValue:
    """A doctor agrees that all rows are one person."""
    merging.confirm_merge(context(), person(), patient_id)
    return _shown(patient_id)


def _shown(patient_id: str) -> ResponseReturnValue:
    return redirect(url_for(".patient", patient_id=patient_id), 303)
