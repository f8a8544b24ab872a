"""The desk's pages of a treatment: what was done, and who is to be called afterwards."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import context, person, require
from screening.web.core.language import language
from screening.web.core.refusal_words import TREATMENT, words
from screening.web.treatments.forms import (
    Rows,
    TreatmentForm,
    check_in_form,
    name_blanks,
    replies_in,
)
from screening.workflow.accounts.sessions import note_look
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.treatments import answers, treating
from screening.workflow.treatments.page import open_page
from screening.workflow.treatments.recorded import (
    Recorded,
    ToTreat,
    find_treatment,
    read_treatments,
)

bp = Blueprint("treatment", __name__, url_prefix="/treatments")
bp.before_request(require("receptionist", "doctor"))
FIELDS = {
    Refusal.FUTURE_DAY: "treated_on",
    Refusal.BEFORE_BIRTH: "treated_on",
    Refusal.AGAINST_DECISION: "why",
}


@bp.route("/of/<screening_id>", methods=["GET", "POST"])
def treat(screening_id: str) -> ResponseReturnValue:
    """Write down what was done, below what stands there already."""
    shown = read_treatments(context(), person(), screening_id)
    counted = len(shown.recorded)
    ahead = [one.procedure for one in shown.planned if one.proceeds]
    only = ahead if len(shown.planned) == 1 and not counted else []
    given = {"treated_on": shown.today, "by": _doctor(shown), "after": counted, "done": only}
    form = TreatmentForm(data=given)
    form.offer(shown.planned, {})
    if form.validate_on_submit() and _saved(form, shown):
        return redirect(url_for(".treat", screening_id=screening_id), 303)
    return _page(shown, form)


def _doctor(shown: ToTreat) -> str:
    return person().name if person().role == "doctor" else shown.doctor


def _saved(form: TreatmentForm, shown: ToTreat, treatment_id: str = "") -> bool:
    """Keep what was sent, or write into the form why not."""
    what = (form.treated_on.data, form.what_was_done(), form.by.data, form.why.data or "")
    try:
        if treatment_id:
            treating.correct(context(), person(), treatment_id, *what)
        else:
            after = form.after.data or 0
            treating.treat(context(), person(), shown.screening_id, *what, after)
    except ActRefusedError as refused:
        form[FIELDS.get(refused.reason, "done")].errors = [words(TREATMENT, refused)]
        return False
    return True


def _page(
    shown: ToTreat, form: TreatmentForm, corrected: Recorded | None = None
) -> ResponseReturnValue:
    note_look(context(), person(), "look at treatments", shown.screening_id)
    page = render_template("treatments/treatment.html", shown=shown, form=form, corrected=corrected)
    return page, 422 if form.errors else 200


@bp.route("/<treatment_id>", methods=["GET", "POST"])
def correct(treatment_id: str) -> ResponseReturnValue:
    """Write it down anew; what stood before is kept."""
    shown, one = find_treatment(context(), person(), treatment_id)
    given = {"treated_on": one.treated_on, "by": one.by, "why": one.why}
    form = TreatmentForm(data=given | {"done": [done["procedure"] for done in one.done]})
    kept: dict[str, Rows] = {
        done["procedure"]: [(used["product"], used["lot"]) for used in done["products"]]
        for done in one.done
    }
    form.offer(shown.planned, kept)
    if form.validate_on_submit() and _saved(form, shown, one.id):
        return redirect(url_for(".treat", screening_id=shown.screening_id), 303)
    return _page(shown, form, one)


@bp.post("/<treatment_id>/removal")
def take_back(treatment_id: str) -> ResponseReturnValue:
    """It was written down by mistake."""
    shown, _one = find_treatment(context(), person(), treatment_id)
    treating.take_back(context(), person(), treatment_id)
    return redirect(url_for(".treat", screening_id=shown.screening_id), 303)


@bp.get("/calls")
def calls() -> ResponseReturnValue:
    """List who did not answer after a treatment, or could not be asked."""
    note_look(context(), person(), "look at calls")
    return render_template("treatments/calls.html", calls=answers.list_to_call(context(), person()))


@bp.post("/calls/<check_in_id>/closing")
def close_call(check_in_id: str) -> ResponseReturnValue:
    answers.note_call(context(), person(), check_in_id)
    return redirect(url_for(".calls"), 303)


@bp.route("/calls/<check_in_id>", methods=["GET", "POST"])
def call(check_in_id: str) -> ResponseReturnValue:
    """Answer the page with the patient on the telephone."""
    here = person()
    page = open_page(context(), check_in_id, language(), here)
    form = check_in_form(page.asked)
    if form.validate_on_submit():
        if answers.answer(context(), check_in_id, replies_in(form, page.asked), here):
            return redirect(url_for(".told", check_in_id=check_in_id), 303)
        name_blanks(form, page.asked)
    note_look(context(), person(), "look at calls")
    shown = render_template("treatments/call.html", page=page, form=form)
    return shown, 422 if form.errors else 200


@bp.get("/calls/<check_in_id>/result")
def told(check_in_id: str) -> ResponseReturnValue:
    """Say what to tell the patient."""
    page = open_page(context(), check_in_id, language(), person())
    note_look(context(), person(), "look at calls")
    return render_template("treatments/told.html", page=page, clinic=page.clinic)
