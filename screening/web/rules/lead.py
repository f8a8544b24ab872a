"""The clinical lead's desk: what is in force, and what other definitions would change."""

from __future__ import annotations

from contextlib import closing

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from screening.clinical.whatif.insight import FEW, in_steps
from screening.web.core.guards import context, person, require
from screening.web.core.keeping import said, say
from screening.web.core.language import definitions
from screening.web.core.leaving import lead_back
from screening.web.rules.figures import charts
from screening.web.rules.forms import DefinitionsForm
from screening.workflow.rules import preview as previews
from screening.workflow.rules.insight import look, months_to_choose
from screening.workflow.rules.preview import Trial

bp = Blueprint("lead", __name__, url_prefix="/lead")
bp.before_request(require("clinical-lead"))
MOST_NUMBERS = 200
SPANS = {"3": 3, "12": 12}  # months


def field_words() -> dict[str, str]:
    return {
        "grade": _("Grade"),
        "defer": _("Defers for"),
        "ahead": _("Before a booked date"),
        "because": _("Because"),
        "source": _("Source"),
        "also": _("Other sources"),
        "evidence": _("Evidence"),
        "fixed": _("Nobody may set it aside"),
        "recheck": _("Asked again on the day"),
        "note": _("Note"),
        "list": _("Stands in the list of"),
    }


@bp.get("")
def front() -> ResponseReturnValue:
    """Show what is in force; after a trial also what it showed, for a day, to who made it."""
    shown = said("trial")
    form = DefinitionsForm()
    form.is_checked = shown is not None  # it was tried: that no file is kept is no mistake
    page = render_template(
        "rules/front.html",
        form=form,
        trial=Markup(shown["page"]) if shown else "",  # our own page, sealed with the account
        problems=bool(shown and shown["problems"]),
        known=previews.in_force(context()),
        zone=person().clinic.zone,
    )
    return page, 422 if shown and shown["problems"] else 200


@bp.post("")
def preview() -> ResponseReturnValue:
    """Try an uploaded folder on the clinic's screenings; it is neither kept nor put in force."""
    form = DefinitionsForm()
    if form.validate_on_submit():
        with closing(form.archive.data) as upload:
            archive = upload.stream.read(previews.LARGEST_UPLOAD + 1)
        trial = previews.try_definitions(context(), person(), archive)
        say("trial", {"page": _shown(trial), "problems": bool(trial.problems)})
    return lead_back()


@bp.get("/definitions.zip")
def archive() -> ResponseReturnValue:
    return Response(
        previews.pack_in_force(context(), person()),
        mimetype="application/zip",
        headers={"Content-Disposition": 'attachment; filename="questions.zip"'},
    )


@bp.get("/insight")
def insight() -> ResponseReturnValue:
    """Show figures of the own clinic for some months; no name, no answer of anyone."""
    choose = months_to_choose(context(), person())
    period, procedure = request.args.get("period", "3"), request.args.get("treatment", "")
    if period not in (*SPANS, *choose):
        abort(404)
    months = choose[-SPANS[period] :] if period in SPANS else [period]
    known = definitions()
    if procedure and procedure not in known.procedures:
        abort(404)
    shown = look(context(), person(), months)
    return render_template(
        "rules/insight.html",
        charts=charts(shown.insight, procedure, known),
        counted=in_steps(shown.insight.screenings),
        stored=in_steps(shown.stored),
        left_out=shown.insight.screenings + len(shown.damaged) < shown.stored,
        damaged=shown.damaged,
        most_numbers=MOST_NUMBERS,
        choose=choose[::-1],
        period=period,
        procedure=procedure,
        procedures=known.procedures,
    )


@bp.get("/matrix")
def matrix() -> ResponseReturnValue:
    """Show every finding with what each list says of it, as docs/matrix.md does."""
    known = definitions()
    return render_template(
        "rules/matrix.html",
        matrix=previews.matrix_in_force(context()),
        findings=known.findings,
        procedures=known.procedures,
        approvals=known.approvals,
        hash=known.hash,
    )


def _shown(trial: Trial) -> str:
    """Return what a trial showed, as a part of the page."""
    return render_template(
        "rules/tried.html",
        trial=trial,
        procedures=definitions().procedures,
        fields=field_words(),
        few=FEW,
        most_numbers=MOST_NUMBERS,
        zone=person().clinic.zone,
    )
