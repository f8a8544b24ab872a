"""The doctor's desk: who waits, why each verdict, the decision, the signed report."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from screening.clinical.report.decision import CODES, Choice, Code, Ruling, problems_with
from screening.clinical.report.decisive import clear_day
from screening.clinical.report.parts import Report, patient_name
from screening.web.core.formatting import (
    arrival_row_words,
    evidence_words,
    shown_text,
    state_words,
)
from screening.web.core.guards import context, day_at_clinic, person, require
from screening.web.core.refusal_words import RULING, SIGNATURE, words
from screening.web.review.forms import DecisionForm
from screening.workflow.accounts.sessions import note_look
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import State
from screening.workflow.review import line, reviews
from screening.workflow.review import queue as queues
from screening.workflow.review.line import Group

bp = Blueprint("doctor", __name__, url_prefix="/doctor")
bp.before_request(require("doctor"))


def choice_words() -> dict[str, str]:
    return {
        Choice.PROCEED: _("Proceed"),
        Choice.PROCEED_WITH_CONDITIONS: _("Proceed with conditions"),
        Choice.REQUEST_INFORMATION: _("Ask for more information"),
        Choice.DEFER: _("Defer"),
        Choice.DECLINE: _("Decline"),
    }


def code_words() -> dict[str, str]:
    return {
        Code.BENEFIT: _("The benefit outweighs the risk"),
        Code.SPECIALIST: _("A specialist agrees"),
        Code.WITHOUT_COMPONENT: _("A product without the component"),
        Code.ADAPTED: _("Dose or plan adapted"),
        Code.CONSENTS: _("The patient is informed and consents"),
        Code.UNCLEAR: _("An answer is unclear"),
        Code.RECORDS: _("Records are needed"),
        Code.WAIT: _("The wait is not over"),
        Code.TREAT_FIRST: _("Something must be treated first"),
        Code.RISK: _("The risk outweighs the benefit"),
        Code.ALTERNATIVE: _("Another treatment suits better"),
        Code.WISH: _("The patient wishes so"),
        Code.OTHER: _("Other: say what"),
    }


@bp.get("")
def queue() -> ResponseReturnValue:
    """Show who waits for a decision, by appointment, then gravest outcome."""
    note_look(context(), person(), "look at queue")
    return render_template("review/queue.html", **_listed())


@bp.get("/queue")
def queue_list() -> ResponseReturnValue:
    """Return the lists alone, for the page that keeps itself fresh; nothing where none changed."""
    if request.args.get("seen") == line.mark_of(context(), person()):
        return "", 204
    return render_template("review/queue_list.html", **_listed())


@bp.get("/decided")
def decided() -> ResponseReturnValue:
    """Show who was decided lately."""
    note_look(context(), person(), "look at queue")
    lately = queues.list_decided(context(), person())
    return render_template("review/queue.html", **_listed() | {"found": lately, "lately": True})


@bp.post("/search")
def search() -> ResponseReturnValue:
    """Find by name or number. A name never stands in an address."""
    note_look(context(), person(), "search queue")
    words = request.form.get("words", "")[:100]
    found = queues.search(context(), person(), words)
    return render_template("review/queue.html", **_listed() | {"found": found, "words": words})


def _listed() -> dict[str, Any]:
    today, outcome = request.args.get("day") == "today", request.args.get("outcome", "")
    page = request.args.get("page", 1, type=int)
    return {
        "queue": queues.read_queue(context(), person(), today, outcome, page),
        "today": today,
        "outcome": outcome,
        "found": None,
        "lately": False,
        "words": "",
        "newest": queues.NEWEST,
        "zone": person().clinic.zone,
        "day": day_at_clinic(),
        "group_words": group_words(),
        "age_on": queues.age_on,
    }


def group_words() -> dict[str, str]:
    return {
        Group.OVERDUE: _("Overdue: the visit has passed without a decision"),
        Group.TODAY: _("Today"),
        Group.NEXT: _("Next days"),
        Group.NO_DATE: _("No date"),
    }


@bp.get("/screenings/<screening_id>")
def review(screening_id: str) -> ResponseReturnValue:
    return _show(screening_id, DecisionForm(), {}), 200


@bp.post("/screenings/<screening_id>/decision")
def decide(screening_id: str) -> ResponseReturnValue:
    """Record the decision, or a new one; the report is signed with the doctor's certificate."""
    form = DecisionForm()
    review = reviews.read_review(context(), person(), screening_id)
    if review.state != ("decided" if "why" in request.form else "submitted"):
        return _show(screening_id, form, {}, too_late=True), 409
    rulings = {p["id"]: _ruling(p["id"]) for p in review.report["procedures"]}
    advised = review.today if "why" in request.form else review.report["procedures"]
    problems = {
        p["id"]: str(RULING[Refusal(problem)])
        for p in advised
        if (problem := problems_with(p, rulings[p["id"]]))
    }
    if form.validate_on_submit() and not problems:
        try:
            _record(screening_id, rulings, form.password.data)
        except ActRefusedError as refused:
            if refused.reason in map(Refusal, State):
                return _show(screening_id, form, {}, too_late=True), 409
            form.password.errors = [words(SIGNATURE, refused)]
        else:
            return redirect(url_for(".review", screening_id=screening_id), 303)
    return _show(screening_id, form, problems), 422


def _record(screening_id: str, rulings: dict[str, Ruling], password: str) -> None:
    if "why" in request.form:
        why = request.form["why"]
        reviews.amend(context(), person(), screening_id, rulings, why, password)
    else:
        reviews.decide(context(), person(), screening_id, rulings, password)


def _ruling(procedure: str) -> Ruling:
    given = request.form
    choice = given.get(f"decision-{procedure}", "")
    return Ruling(
        choice,
        given.get(f"reason-{procedure}", ""),
        tuple(given.getlist(f"codes-{choice}-{procedure}")),
        given.get(f"conditions-{procedure}", "") if choice == "proceed-with-conditions" else "",
    )


def _show(
    screening_id: str, form: DecisionForm, problems: dict[str, str], too_late: bool = False
) -> str:
    review = reviews.open_review(context(), person(), screening_id)
    return render_template(
        "review/review.html",
        review=review,
        form=form,
        given=request.form,
        problems=problems,
        choices=choice_words(),
        codes=CODES,
        code_words=code_words(),
        arrival_rows=arrival_row_words(),
        too_late=too_late,
        amending="amend" in request.args or ("why" in request.form and not too_late),
        zone=person().clinic.zone,
        **_explained(review.report),
    )


def _explained(report: Report) -> dict[str, Any]:
    """Return what the page looks up in a report, by id."""
    own = report.get("translated")
    return {
        "answers": {a["link_id"]: a for s in report["sections"] for a in s["answers"]},
        "sources": {s["id"]: s for s in report["sources"]},
        "evidence": evidence_words(),
        "name": patient_name(report["frame"]),
        "clear_day": clear_day,
        "said": shown_text,
        "own_words": {a["link_id"]: a for s in own["sections"] for a in s["answers"]}
        if own
        else {},
        "own_language": Locale.parse(own["language"]).get_display_name(get_locale()) if own else "",
        "state_words": state_words(),
    }


@bp.get("/screenings/<screening_id>/<any(screening, decided, plan, arrival):kind>.pdf")
def report(screening_id: str, kind: str) -> ResponseReturnValue:
    sequence = request.args.get("sequence", type=int)
    pdf = reviews.read_report(context(), person(), screening_id, kind, sequence)
    number = reviews.read_review(context(), person(), screening_id).number
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{number}-{kind}.pdf"'},
    )
