"""The reception's desk: the day, one questionnaire, warnings. Never an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_wtf import FlaskForm

from screening.web.clinics.here import clinic_here
from screening.web.core import error_pages
from screening.web.core.guards import context, day_at_clinic, person, require
from screening.web.core.keeping import pass_on, passed_on
from screening.web.core.language import definitions
from screening.web.core.saying_no import by_get
from screening.web.reception import words
from screening.web.reception.forms import AppointmentForm, BirthDateForm, SearchForm
from screening.workflow.accounts.sessions import note_look
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import State
from screening.workflow.patients.search import find_patients
from screening.workflow.reception import appointments, day_list, warnings
from screening.workflow.reception.day_list import PAGE, DayEntry
from screening.workflow.reception.invitations import UNDO_WITHIN
from screening.workflow.tablets import tablets

bp = Blueprint("reception", __name__, url_prefix="/reception")
bp.before_request(require("receptionist"))
OUT_OF_DATE = {*map(Refusal, State), Refusal.TOO_LATE}
SHOWN = "shown"  # in the session: a link and a code for the page that shows them


@bp.context_processor
def _on_every_page() -> dict[str, Any]:
    """Open warnings stand beside their page's name, whatever page is open."""
    here = clinic_here()
    return {"open_warnings": warnings.count_warnings(context(), here.id) if here else 0}


@bp.get("")
def today() -> ResponseReturnValue:
    """Show the whole day of today, or of the day asked for, then who has no appointment."""
    note_look(context(), person(), "look at list")
    session.pop(SHOWN, None)
    day = request.args.get("day", type=date.fromisoformat) or day_at_clinic()
    if not 2000 < day.year < 3000:
        day = day_at_clinic()
    page = max(request.args.get("page", 1, type=int), 1)
    clinic = person().clinic.id
    of_the_day = day_list.list_screenings(context(), clinic, day)
    others = day_list.list_screenings(context(), clinic, page=page)
    tasks = words_of([*of_the_day, *others])
    return render_template(
        "reception/today.html",
        day=day,
        weekday=format_date(day, "full", locale=get_locale()).removesuffix("\u202fг."),
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        of_the_day=of_the_day,
        others=others[:PAGE],
        page=page,
        more=len(others) > PAGE,
        facts=words.facts(tasks[e.screening_id].words for e in of_the_day),
        locked=[t for t in tablets.list_kiosks(context(), clinic) if t.locked],
        **lines(tasks, day),
    )


class Tasks:
    """What one line says: its words, and how many answers are confirmed on the day."""

    def __init__(self, entry: DayEntry, coming: Sequence[appointments.Coming]):
        self.words = words.what_to_do(entry, coming)
        self.to_confirm = words.to_confirm(coming)


def words_of(entries: Sequence[DayEntry]) -> dict[str, Tasks]:
    """Return what each of these lines says; where one is asked again, the words of before too."""
    ids = [e.earlier or e.screening_id for e in entries]
    coming = appointments.words_for(context(), person().clinic.id, ids)
    return {e.screening_id: Tasks(e, coming.get(e.earlier or e.screening_id, [])) for e in entries}


def lines(tasks: dict[str, Tasks], day: date | None = None) -> dict[str, Any]:
    """Return what the macros of the lines read; `day` is the list to which an act leads back."""
    now, known = context().now(), definitions().procedures
    return {
        "tasks": tasks,
        "listed_day": day,
        "today": day_at_clinic(),
        "treatments": {id: one.name for id, one in known.items()},
        "why_words": words.why_words(),
        "undo_since": now - UNDO_WITHIN,
        "zone": person().clinic.zone,
        "now": now,
        "has_mail": context().mail is not None,
        "form": FlaskForm(),
    }


@bp.get("/screenings/<screening_id>")
def screening(screening_id: str) -> ResponseReturnValue:
    """Show one questionnaire and what can be done with it now; `now` is why an act was not done."""
    note_look(context(), person(), "look at list")
    reason = request.args.get("now")
    if reason in OUT_OF_DATE:
        return one_screening(screening_id, words.meanwhile(Refusal(reason))), 409
    forms = {"birth_form": BirthDateForm(), "move_form": AppointmentForm()}
    for form in forms.values():
        form.say_what_was_wrong()
    wrong = {name: form for name, form in forms.items() if form.errors}
    return one_screening(screening_id, **wrong), 422 if wrong else 200


def one_screening(screening_id: str, said: str = "", **shown: Any) -> str:
    """Show what stands now for this screening; `said` is why an act was not done."""
    entry = day_list.entry_of(
        context(), person(), day_list.standing(context(), person(), screening_id)
    )
    page = lines(words_of([entry])) | shown
    return render_template("reception/screening.html", entry=entry, said=said, **page)


@bp.errorhandler(ActRefusedError)
def refused(error: ActRefusedError) -> ResponseReturnValue:
    """The list was out of date: say what is true now, and offer what can be done."""
    id = (request.view_args or {}).get("screening_id")
    if request.method == "POST" and id is not None and error.reason in OUT_OF_DATE:
        return redirect(url_for(".screening", screening_id=id, now=error.reason), 303)
    return by_get(error_pages.refused)(error)


@bp.route("/patients", methods=["GET", "POST"])
def patients() -> ResponseReturnValue:
    """Find patients by name or number. A name never stands in an address."""
    form = SearchForm()
    if form.validate_on_submit():
        return pass_on(url_for(".patients"), form.words.data or "")
    words_sought = passed_on()
    if request.method == "POST" or words_sought is None:
        return render_template("reception/patients.html", words=form.words.data, found=None)
    note_look(context(), person(), "search patients")
    found = find_patients(context(), person(), words_sought)
    ids = [one.screening_id for each in found for one in each.screenings]
    entries = day_list.entries_of(context(), person().clinic.id, ids)
    return render_template(
        "reception/patients.html",
        words=words_sought,
        found=found,
        of_patient={
            each.patient_id: [
                entries[one.screening_id] for one in each.screenings if one.screening_id in entries
            ]
            for each in found
        },
        **lines(words_of(list(entries.values()))),
    )


@bp.get("/warnings")
def warned() -> ResponseReturnValue:
    """Show who told of a warning sign, how to reach them, and who has taken it."""
    note_look(context(), person(), "look at warnings")
    found = warnings.list_warnings(context(), person().clinic.id)
    return render_template("reception/warnings.html", found=found, zone=person().clinic.zone)


def to_list(screening_id: str = "") -> str:
    """Return the address of the list from which an act came, at the line it was about."""
    day = request.form.get("day", type=date.fromisoformat)
    anchor = f"line-{screening_id}" if screening_id else None
    return url_for("reception.today", day=day, _anchor=anchor)
