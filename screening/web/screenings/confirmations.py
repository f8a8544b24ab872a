"""What a patient is asked to look at once more: a medicine's name, and last time's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.clinical.definitions.questionnaire import NO
from screening.clinical.medicines.questions import NotRecognised, Question, Reading
from screening.clinical.way.journey import Kind
from screening.clinical.way.rows import MOST_ROWS
from screening.web.core.guards import context, open_to_all, own_lock
from screening.web.core.language import definitions
from screening.web.screenings.arrival import rows_form
from screening.web.screenings.forms import (
    MedicineForm,
    medicine_form,
    still_true_form,
)
from screening.web.screenings.way import (
    draft_here,
    journey_of,
    next_url,
    rows_of_return,
    said_text,
    to_confirm,
    url_of,
)
from screening.workflow.screenings import medicine_check, previous_answers
from screening.workflow.screenings.draft import Draft

bp = Blueprint("again", __name__, url_prefix="/screening")
bp.before_request(open_to_all)


@bp.route("/medicine", methods=["GET", "POST"])
def medicine() -> ResponseReturnValue:
    """Ask about medicines on the list: which it is, its spelling, or whether an answer fits."""
    draft = draft_here()
    way = journey_of(draft)
    asked = draft.medicine_questions(definitions())[:MOST_ROWS]
    if way.next.kind is not Kind.MEDICINE:
        return redirect(url_of(way.next, draft), 303)
    listed = url_for("patient.change_question", name=definitions().medicines.reads[0])
    form = medicine_form(asked)
    if form.validate_on_submit():
        return redirect(listed if _replied(form, asked) else url_for("patient.resume"), 303)
    about = [About(type(one).__name__, one, _answered(one, draft)) for one in asked]
    page = render_template("screenings/medicine.html", form=form, about=about, back=listed)
    return page, 422 if form.errors else 200


def _replied(form: MedicineForm, asked: Sequence[Question]) -> bool:
    """Keep what was replied; return whether the list itself is to be written anew."""
    anew = False
    for place, one in enumerate(asked):
        about, reply = form[f"about{place}"], form[f"reply{place}"]
        if about is None or reply is None or about.data != one.id:
            continue  # the page was sent twice
        if isinstance(one, NotRecognised) and reply.data == NO:
            anew = True
        else:
            medicine_check.reply_to_question(context(), own_lock(), one.id, reply.data)
    return anew


@dataclass(frozen=True)
class About:
    """What is asked about a medicine, of which kind, and what was answered where it may belong."""

    kind: str
    asked: Question
    answered: str


def _answered(asked: Question, draft: Draft) -> str:
    if not isinstance(asked, Reading):
        return ""
    return said_text(asked.item, draft.answers[asked.item.link_id])


@bp.route("/since", methods=["GET", "POST"])
def rows() -> ResponseReturnValue:
    """Ask in a few rows what is new since last time, as on arrival."""
    draft = draft_here()
    names = rows_of_return(draft)[:MOST_ROWS]
    if not names or draft.last is None:
        return redirect(next_url(draft), 303)
    form = rows_form(draft, names, {})
    if form.validate_on_submit():
        said = {row: form[row].data for row in names}
        return redirect(next_url(previous_answers.reply_to_rows(context(), own_lock(), said)), 303)
    page = render_template(
        "screenings/arrival.html", form=form, names=names, since=draft.last["at"], page=0
    )
    return page, 422 if form.errors else 200


@bp.route("/still-true", methods=["GET", "POST"])
def still_true() -> ResponseReturnValue:
    """Show last time's answers: what has changed is ticked and asked as usual, the rest stands."""
    draft = draft_here()
    found = to_confirm(draft)
    if not found or draft.last is None:
        return redirect(next_url(draft), 303)
    shown = [(item, answer) for here in found for item, answer in here.asked]
    form = still_true_form([item for item, _answer in shown])
    if form.validate_on_submit():
        changed = set(form.changed.data or ())
        same = {item.link_id for item, _answer in shown} - changed
        # What was not on the page that was sent is not confirmed by it.
        same &= set((form.about.data or "").split())
        previous_answers.confirm(context(), own_lock(), same, changed)
        return redirect(url_for("patient.resume"), 303)
    return render_template(
        "screenings/still_true.html",
        form=form,
        found=found,
        last=draft.last,
        before={item.link_id: said_text(item, answer) for item, answer in shown},
    ), 422 if form.errors else 200


@bp.post("/anew")
def anew() -> ResponseReturnValue:
    draft_here()
    previous_answers.start_anew(context(), own_lock())
    return redirect(url_for("patient.resume"), 303)
