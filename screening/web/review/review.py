"""The doctor's desk: who waits, why each verdict, the decision, the signed report."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from screening.clinical.report.decision import CODES, advised_choice, offered_choices
from screening.clinical.report.decisive import clear_day
from screening.clinical.report.parts import Report, patient_name
from screening.web.core.formatting import (
    arrival_row_words,
    evidence_words,
    shown_text,
    state_words,
)
from screening.web.core.guards import context, day_at_clinic, person, require
from screening.web.core.keeping import pass_on, passed_on, said, say, typed
from screening.web.core.leaving import lead_back
from screening.web.core.refusal_words import PAGES, RULING, SIGNATURE, words
from screening.web.review.forms import DecisionForm, Typed, canned_conditions, preselected
from screening.web.review.kept import as_text
from screening.web.review.matrix import rows_of
from screening.web.review.words import (
    choice_words,
    code_words,
    group_words,
    short_choice_words,
)
from screening.workflow.accounts.sessions import note_look
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import State
from screening.workflow.reports import annexes
from screening.workflow.review import line, notes, reviews
from screening.workflow.review import queue as queues
from screening.workflow.review.decision import RulingsRefusedError
from screening.workflow.review.reviews import Review

TOO_LATE = {*map(Refusal, State), Refusal.DECIDED_MEANWHILE}
bp = Blueprint("doctor", __name__, url_prefix="/doctor")
bp.before_request(require("doctor"))


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


@bp.route("/search", methods=["GET", "POST"])
def search() -> ResponseReturnValue:
    """Find by name or number. A name never stands in an address."""
    if request.method == "POST":
        return pass_on(url_for(".search"), request.form.get("words", "")[:100])
    if (words := passed_on()) is None:
        return redirect(url_for(".queue"), 303)
    note_look(context(), person(), "search queue")
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
        "zone": person().clinic.zone,
        "day": day_at_clinic(),
        "group_words": group_words(),
        "age_on": queues.age_on,
    }


@bp.get("/screenings/<screening_id>")
def review(screening_id: str) -> ResponseReturnValue:
    """Show all that a decision rests on; where one could not be recorded, what was typed too."""
    form, told = DecisionForm(), said("problems", {})
    problems = {id: str(RULING[Refusal(one)]) for id, one in told.items()}
    try:
        page = _show(screening_id, form, problems)
    except ActRefusedError as refused:
        if given := typed(url_for(".decide", screening_id=screening_id)):
            cause = str(PAGES[refused.reason].text)
            return render_template("review/kept.html", cause=cause, kept_text=as_text(given)), 409
        raise
    too_late = said("too_late") or said("stale")
    return page, 409 if too_late else 422 if problems else 200


@bp.post("/screenings/<screening_id>/decision")
def decide(screening_id: str) -> ResponseReturnValue:
    """Record the decision, or a new one; the report is signed with the doctor's certificate."""
    form = DecisionForm()
    try:
        review = reviews.read_review(context(), person(), screening_id)
        _record(review, form.password.data or "")
    except RulingsRefusedError as refused:
        say("problems", {id: str(one) for id, one in refused.problems.items()})
    except ActRefusedError as refused:
        if refused.reason in TOO_LATE:
            say("too_late", True)
        elif refused.reason not in {Refusal.GONE, Refusal.ERASED}:
            form.password.errors = [words(SIGNATURE, refused)]
    else:
        return redirect(_onwards(review), 303)
    return lead_back()


def _record(review: Review, password: str) -> None:
    given, who = request.form, person()
    rulings = {
        p["id"]: Typed.read(given, p["id"]).ruling(canned_conditions(p))
        for p in review.report["procedures"]
    }
    act = (context(), who, review.screening_id, rulings)
    if "why" in given:
        seen = given.get("seen", type=int)
        reviews.amend(*act, given["why"], password, seen, given.get("note", ""))
    else:
        reviews.decide(*act, password, given.get("note", ""))


def _onwards(review: Review) -> str:
    """Return where the doctor goes from a decision: to the next who waits, or back to this one."""
    if "why" in request.form or review.position.next_id is None:
        return url_for(".review", screening_id=review.screening_id)
    after = review.screening_id
    return url_for(".review", screening_id=review.position.next_id, after=after)


@bp.post("/screenings/<screening_id>/note")
def note(screening_id: str) -> ResponseReturnValue:
    """Add a note for colleagues; what is typed of a decision beside it stays."""
    if text := request.form.get("text", "").strip():
        notes.write_note(context(), person(), screening_id, text)
    return redirect(url_for(".review", screening_id=screening_id), 303)


def _show(
    screening_id: str,
    form: DecisionForm,
    problems: dict[str, str],
) -> str:
    review = reviews.open_review(context(), person(), screening_id)
    given = typed(url_for(".decide", screening_id=screening_id))
    too_late = said("too_late", False)
    amending = "amend" in request.args or (given is not None and "why" in given and not too_late)
    canned = {p["id"]: canned_conditions(p) for p in review.report["procedures"]}
    shown = {
        p["id"]: Typed.read(given, p["id"]) if given else preselected(review, p, canned[p["id"]])
        for p in review.report["procedures"]
    }
    held_against = review.today if amending else review.report["procedures"]
    return render_template(
        "review/review.html",
        review=review,
        form=form,
        given=given or {},
        typed=shown,
        canned=canned,
        problems=problems,
        choices=choice_words(),
        short_choices=short_choice_words(),
        offered={p["id"]: offered_choices(p) for p in held_against},
        advised={p["id"]: advised_choice(p) for p in held_against},
        codes=CODES,
        code_words=code_words(),
        arrival_rows=arrival_row_words(),
        too_late=too_late,
        kept_text=as_text(given, review.report["procedures"]) if too_late and given else "",
        amending=amending and review.state == State.DECIDED,
        after=_decided_before(review),
        zone=person().clinic.zone,
        day=day_at_clinic(),
        age=queues.age_on(review.report["frame"]["patient"]["born"], day_at_clinic()),
        rows_of=rows_of,
        **_explained(review.report),
    )


def _decided_before(review: Review) -> queues.Decided | None:
    """Return whom the doctor has just decided on, before this one came."""
    after = request.args.get("after", "")
    return queues.decided_of(context(), person(), after) if after else None


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


@bp.get("/screenings/<screening_id>/sources.pdf")
def sources(screening_id: str) -> ResponseReturnValue:
    """Give the annex of sources and notes of the lists that the report was made from."""
    pdf = annexes.read_annex(context(), person(), screening_id)
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": 'inline; filename="sources.pdf"'},
    )


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
