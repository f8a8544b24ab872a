"""Where a patient is led: next and back of every page come from one Journey."""

from __future__ import annotations

from flask import g, url_for
from flask_babel import gettext as _

from screening.clinical.definitions.questionnaire import Answer, Item
from screening.clinical.report.arrival import ROWS
from screening.clinical.report.report import answer_text
from screening.clinical.report.returning import StillTrue, still_to_confirm
from screening.clinical.way.burden import Burden, burden_of
from screening.clinical.way.journey import Journey, Kind, Stop
from screening.web.core import keeping
from screening.web.core.formatting import shown_date
from screening.web.core.guards import context, is_kiosk, own_lock
from screening.web.core.language import definitions
from screening.web.screenings.forms import WORDS
from screening.workflow.screenings import answering, arrival, edit_lock
from screening.workflow.screenings.draft import Draft


def draft_here() -> Draft:
    draft = answering.open_draft(context(), own_lock())
    if is_kiosk():
        edit_lock.keep(context(), own_lock(), draft.held_until)
    g.clinic = draft.clinic
    keeping.offer(draft.unfinished)
    return draft


def to_confirm(draft: Draft) -> list[StillTrue]:
    """Return last time's answers that this patient may still confirm; none on a shared tablet."""
    if draft.last is None or is_kiosk():
        return []
    questionnaire = draft.questionnaire(definitions())
    last = draft.answers_of_before(definitions())
    return list(still_to_confirm(questionnaire, draft.answers, last))


def rows_of_return(draft: Draft) -> list[str]:
    """Return what is asked of who comes back, in a few rows; not on a shared tablet."""
    return [] if is_kiosk() else draft.rows_of_return(definitions())


def journey_of(draft: Draft) -> Journey:
    """Return the way of this patient as it is now."""
    return Journey(
        draft.questionnaire(definitions()),
        draft.answers,
        draft.said,
        grouped=not draft.clinic.one_a_page,
        chosen=bool(draft.procedures) and draft.state != "invited",
        open_rows=tuple(draft.open_rows or rows_of_return(draft)),
        taken=draft.taken,
        asks_medicine=bool(draft.medicine_questions(definitions())),
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
            return url_for("arrival.rows", page=1 if stop.name in ROWS else 2)
        case Kind.MEDICINE:
            return url_for("again.medicine")
        case Kind.STILL_TRUE:
            return url_for("again.still_true")
        case Kind.SCREEN:
            return url_for("patient.question", name=stop.name)
        case Kind.END:
            stands = draft.since and not arrival.is_new(context(), draft.id)
            return url_for("arrival.confirm" if stands else "patient.check")


def next_url(draft: Draft) -> str:
    """Return the first page that still has to be answered; the check when none has."""
    return url_of(journey_of(draft).next, draft)


def expected(draft: Draft) -> Burden | None:
    """Return what these treatments ask of a patient with nothing to report; None without any."""
    chosen = draft.procedures or draft.invited_for
    if not chosen:
        return None
    return burden_of(definitions(), chosen, draft.today, grouped=not draft.clinic.one_a_page)


def change_url(link_id: str) -> str:
    """Return the page that changes the answer to `link_id` and then leads back to the check."""
    return url_for("patient.change_question", name=link_id)


def said_text(item: Item, answer: Answer) -> str:
    if isinstance(answer, str) and answer[:4].isdecimal() and "date" in item.type:
        return shown_date(answer)
    return answer_text(item, answer, words_here())


def words_here() -> dict[str, str]:
    """Return "yes", "no" and the like in the language of this request."""
    return {code: str(word) for code, word in WORDS.items()} | {"": _("Not answered")}
