"""Where a patient is led: next and back of every page come from one Journey."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from screening.clinical.definitions.questionnaire import Answer, Item
from screening.clinical.report.report import answer_text
from screening.clinical.report.returning import StillTrue, still_to_confirm
from screening.clinical.way.burden import Burden, burden_of
from screening.clinical.way.journey import Journey, Kind, Stop
from screening.web.core import keeping
from screening.web.core.formatting import shown_date
from screening.web.core.guards import context, is_kiosk, own_lock
from screening.web.core.language import definitions
from screening.web.screenings.forms import WORDS
from screening.workflow.rules.pace import Pace, pace_of
from screening.workflow.screenings import answering, arrival, edit_lock
from screening.workflow.screenings.draft import Draft


def draft_here() -> Draft:
    draft = _about(answering.open_draft(context(), own_lock()))
    _hold_on(draft)
    return draft


@contextmanager
def draft_to_answer() -> Iterator[tuple[Draft, Callable[[Mapping[str, Any]], Draft]]]:
    """Yield the draft and what changes it; held in between where the page was sent.

    To read and to write in one transaction is a sixth of what an answer costs.
    """
    if request.method != "POST":
        yield draft_here(), partial(answering.change_draft, context(), own_lock())
        return
    definitions()  # whose language it is may be looked up and noted: not while others wait
    with answering.held_draft(context(), own_lock()) as held:
        draft = _about(held.read())
        yield draft, held.change
    _hold_on(draft)


def _about(draft: Draft) -> Draft:
    g.clinic = draft.clinic
    keeping.offer(draft.unfinished)
    return draft


def _hold_on(draft: Draft) -> None:
    if is_kiosk():
        edit_lock.keep(context(), own_lock(), draft.held_until)


def to_confirm(draft: Draft) -> list[StillTrue]:
    """Return last time's answers that this patient may still confirm; none on a shared tablet."""
    if draft.last is None or is_kiosk():
        return []
    questionnaire = draft.questionnaire(definitions())
    last = draft.answers_of_before(definitions())
    return list(still_to_confirm(questionnaire, draft.answers, last))


def rows_of_return(draft: Draft) -> list[str]:
    """Return what is asked of who comes back, in a few rows; not on a shared tablet."""
    if draft.last is None or is_kiosk():
        return []
    return draft.rows_of_return(definitions())


def journey_of(draft: Draft) -> Journey:
    """Return the way of this patient as it is now."""
    known = definitions()
    return Journey(
        draft.questionnaire(known),
        draft.answers,
        draft.said,
        grouped=not draft.clinic.one_a_page,
        chosen=bool(draft.procedures) and draft.state != "invited",
        open_rows=tuple(draft.open_rows(known) or rows_of_return(draft)),
        taken=draft.taken,
        asks_medicine=bool(draft.medicine_questions(known)),
        confirms=bool(to_confirm(draft)),
        begins_with=Stop(Kind.ROWS) if draft.since else Stop(Kind.TREATMENTS),
    )


def url_of(stop: Stop, draft: Draft) -> str:
    match stop.kind:
        case Kind.TREATMENTS:
            return url_for("patient.procedures")
        case Kind.ROWS if not draft.since:
            return url_for("again.rows")
        case Kind.ROWS:
            return url_for("arrival.rows", page=_page_of(stop.name))
        case Kind.MEDICINE:
            return url_for("again.medicine")
        case Kind.STILL_TRUE:
            return url_for("again.still_true")
        case Kind.SCREEN:
            return url_for("patient.question", name=stop.name)
        case Kind.END:
            stands = draft.since and not arrival.is_new(context(), draft.id)
            return url_for("arrival.confirm" if stands else "patient.check")


def _page_of(row: str | None) -> int:
    """Return which page of an arrival the `row` stands on."""
    return next(n for n, rows in enumerate(definitions().bindings.pages, 1) if row in rows)


def next_url(draft: Draft) -> str:
    """Return the first page that still has to be answered; the check when none has."""
    return url_of(journey_of(draft).next, draft)


PACE_LASTS = timedelta(hours=1)
MOST_KNOWN = 256


@dataclass(frozen=True)
class Expected:
    """How many pages and minutes these treatments take."""

    pages: int
    minutes: int


def expected(draft: Draft) -> Expected | None:
    """Return what these treatments ask of a patient with nothing to report; None without any.

    The minutes are what the clinic's own patients took, or worked out while they are few.
    """
    chosen = draft.procedures or draft.invited_for
    if not chosen:
        return None
    found = _burden(frozenset(chosen), draft.today, grouped=not draft.clinic.one_a_page)
    seconds = _pace(draft.clinic.id).get(frozenset(chosen))
    return Expected(found.pages, -(-seconds // 60) if seconds else found.minutes)


def _burden(chosen: frozenset[str], on: date, grouped: bool) -> Burden:
    """Return what the way costs, walked once a day for each choice of treatments."""
    known: dict[object, Burden] = current_app.extensions.setdefault("burden", {})
    own = context().definitions
    key = (own.hash, chosen, on, grouped)
    if key not in known:
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[key] = burden_of(own, sorted(chosen), on, grouped=grouped)
    return known[key]


def _pace(clinic_id: str) -> Pace:
    """Return how fast this clinic's patients are, worked out once an hour."""
    known: dict[str, tuple[datetime, Pace]] = current_app.extensions.setdefault("pace", {})
    now = context().now()
    if clinic_id not in known or now - known[clinic_id][0] > PACE_LASTS:
        known[clinic_id] = now, pace_of(context(), clinic_id)
    return known[clinic_id][1]


def change_url(link_id: str) -> str:
    """Return the page that changes the answer to `link_id` and then leads back to the check."""
    return url_for("patient.change_question", name=link_id)


def said_text(item: Item, answer: Answer) -> str:
    if isinstance(answer, str) and answer[:4].isdecimal() and "date" in item.type:
        return shown_date(answer)
    return answer_text(item, answer, words_here())


def words_here() -> dict[str, str]:
    """Return "yes", "no" and the like in the language of this request."""
    kept = g.get("words")
    if not kept or kept[0] is not get_locale():
        words = {code: str(word) for code, word in WORDS.items()} | {"": _("Not answered")}
        kept = g.words = get_locale(), words
    found: dict[str, str] = kept[1]
    return found
