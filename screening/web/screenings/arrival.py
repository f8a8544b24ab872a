"""The patient has arrived: a few rows, and one tap where nothing is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from screening.clinical.definitions.folder import ELSE, MEDICINES
from screening.clinical.definitions.questionnaire import NO, NOT_KNOWN, YES
from screening.clinical.report.arrival import REPLIES, covered_by
from screening.web.core.formatting import arrival_row_words
from screening.web.core.guards import context, end_visit, is_kiosk, open_to_all, own_lock
from screening.web.core.language import definitions, language
from screening.web.screenings.forms import PatientForm
from screening.web.screenings.way import draft_here, next_url, words_here
from screening.workflow.screenings import arrival
from screening.workflow.screenings.draft import Draft

bp = Blueprint("arrival", __name__, url_prefix="/screening/arrival")
bp.before_request(open_to_all)

HINTS = {
    "illness": _l("Such as fever, a cold, a cough or a stomach bug."),
    "infection": _l("Such as an infection, pus, a wound, a rash or sunburn."),
    MEDICINES: _l("Painkillers, supplements and creams count too."),
}
CHOICES = [(YES, _l("Yes")), (NO, _l("No")), (NOT_KNOWN, _l("Not sure"))]


def rows_form(draft: Draft, names: Sequence[str], said: Mapping[str, str]) -> FlaskForm:
    """Return the form of the rows `names`, with what was `said` to them before."""
    hints = HINTS | {ELSE: _("This is about: %(parts)s.", parts=", ".join(_parts(draft)))}
    texts = arrival_row_words()
    fields: dict[str, Any] = {
        row: RadioField(
            texts[row],
            [AnyOf(REPLIES, message=_l("Choose an answer. If you are not sure, say so."))],
            description=hints.get(row, ""),
            choices=[SelectChoice(code, text) for code, text in CHOICES],
            validate_choice=False,
        )
        for row in names
    }
    form: FlaskForm = type("RowsForm", (PatientForm,), fields)(data=dict(said))
    return form


def _parts(draft: Draft) -> list[str]:
    """Return the parts of the questionnaire that the last row speaks for."""
    questionnaire = draft.questionnaire(definitions())
    rest = {item.link_id for item in covered_by(questionnaire, ELSE)}
    return [s.title for s in questionnaire.sections if {i.link_id for i in s.items} & rest]


@bp.route("/<int(min=1, max=2):page>", methods=["GET", "POST"])
def rows(page: int) -> ResponseReturnValue:
    """Ask a few rows; what was answered before is not shown."""
    draft = draft_here()
    if draft.since is None:
        return redirect(next_url(draft), 303)
    pages = definitions().bindings.pages
    if page > len(pages):
        abort(404)
    names = pages[page - 1]
    form = rows_form(draft, names, draft.rows)
    if form.validate_on_submit():
        said = {row: form[row].data for row in names}
        arrival.answer_rows(context(), own_lock(), said)
        more = page < len(pages)
        after = url_for(".rows", page=page + 1) if more else url_for("patient.resume")
        return redirect(after, 303)
    return render_template(
        "screenings/arrival.html", form=form, names=names, since=draft.since, page=page
    ), 422 if form.errors else 200


@bp.route("/confirmation", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """Let the patient say once that nothing is new; the decision stands."""
    draft = draft_here()
    if next_url(draft) != url_for(".confirm"):
        return redirect(next_url(draft), 303)
    form = FlaskForm()
    text = _("I have answered as well as I can. Nothing else in my health has changed.")
    if form.validate_on_submit():
        arrival.confirm_arrival(context(), own_lock(), text, language(), words_here())
        if is_kiosk():
            return redirect(url_for("kiosk.done"), 303)
        end_visit()
        return redirect(url_for(".done"), 303)
    return render_template("screenings/arrival_confirm.html", form=form, draft=draft, text=text)


@bp.get("/done")
def done() -> ResponseReturnValue:
    return render_template("screenings/arrival_done.html")
