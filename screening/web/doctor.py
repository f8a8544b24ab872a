"""The doctor's desk: who waits, why each verdict, the decision, the signed report."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.clinical.report import ReportProcedure
from screening.web.forms import DecisionForm
from screening.web.visit import person, require, workplace
from screening.workflow import doctor
from screening.workflow.accounts import note_look
from screening.workflow.doctor import Choice, problems_with
from screening.workflow.workplace import ActRefusedError

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


def problem_words() -> dict[str, str]:
    return {
        "missing": _("Choose a decision."),
        "fixed": _("This contraindication cannot be set aside. Choose to defer or decline."),
        "needs-reason": _("This is milder than what is advised. Write your reason."),
        "nothing-to-ask": _("No answer stands behind a reason here, so there is nothing to ask."),
        "too-long": _("Use at most 500 characters for the reason."),
    }


@bp.get("")
def queue() -> ResponseReturnValue:
    """Show who waits for a decision, by appointment, then gravest outcome."""
    note_look(workplace(), person(), "look at queue")
    waiting = doctor.list_queue(workplace(), person())
    decided = doctor.list_queue(workplace(), person(), "decided")
    return render_template(
        "doctor/queue.html", waiting=waiting, decided=decided[-20:], zone=person().clinic.zone
    )


@bp.get("/screenings/<screening_id>")
def review(screening_id: str) -> ResponseReturnValue:
    return _show(screening_id, DecisionForm(), {}), 200


@bp.post("/screenings/<screening_id>/decision")
def decide(screening_id: str) -> ResponseReturnValue:
    """Record the decision. It is final, and the report is signed with the doctor's certificate."""
    form = DecisionForm()
    review = doctor.open_review(workplace(), person(), screening_id)
    choices = _choices(review.report["procedures"])
    problems = {
        p["id"]: problem_words()[problem]
        for p in review.report["procedures"]
        if (problem := problems_with(p, *choices[p["id"]]))
    }
    if form.validate_on_submit() and not problems:
        try:
            doctor.decide(workplace(), person(), screening_id, choices, form.password.data)
        except ActRefusedError as refused:
            if refused.reason not in {"wrong", "locked"}:
                raise
            form.password.errors = [_password_words(refused.reason)]
        else:
            return redirect(url_for(".review", screening_id=screening_id), 303)
    return _show(screening_id, form, problems), 422


def _choices(procedures: list[ReportProcedure]) -> dict[str, tuple[str, str]]:
    given = request.form
    return {
        p["id"]: (given.get(f"decision-{p['id']}", ""), given.get(f"reason-{p['id']}", ""))
        for p in procedures
    }


def _password_words(reason: str) -> str:
    if reason == "locked":
        return _("Too many wrong passwords. Wait 15 minutes, then try again.")
    return _("This password is wrong. Nothing was signed.")


def _show(screening_id: str, form: DecisionForm, problems: dict[str, str]) -> str:
    return render_template(
        "doctor/review.html",
        review=doctor.open_review(workplace(), person(), screening_id),
        form=form,
        given=request.form,
        problems=problems,
        choices=choice_words(),
        zone=person().clinic.zone,
    )


@bp.get("/screenings/<screening_id>/<any(screening, decided, plan):kind>.pdf")
def report(screening_id: str, kind: str) -> ResponseReturnValue:
    pdf = doctor.read_report(workplace(), person(), screening_id, kind)
    number = doctor.open_review(workplace(), person(), screening_id).number
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{number}-{kind}.pdf"'},
    )
