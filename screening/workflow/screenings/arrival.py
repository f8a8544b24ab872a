"""The patient has arrived: a few rows, and where nothing is new the doctor's decision stands.

Then nobody decides twice: a page of its own is sealed, which names the decided report by its
hash. Anything new goes to the doctor, as a screening of today.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.language import ENGLISH
from screening.clinical.definitions.questionnaire import (
    answers_on_path,
    first_unanswered,
    journey,
)
from screening.clinical.evaluation.ageing import to_ask_again
from screening.clinical.evaluation.case import Case, evaluate_case, read_case
from screening.clinical.report.arrival import REPLIES, is_nothing_new, reply_to
from screening.clinical.report.report import WORDS
from screening.storage.tables import Screening
from screening.workflow.core.actor import PATIENT
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.given import Given, Way, day_at, given_in, stamped
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.standing import report_for_the_visit
from screening.workflow.core.states import State
from screening.workflow.reports.outbox import Kind, order_reports
from screening.workflow.screenings.draft import Draft, draft_of
from screening.workflow.screenings.edit_lock import EditLock, locked_draft
from screening.workflow.screenings.submission import keep_report


def answer_rows(context: Context, lock: EditLock, replies: Mapping[str, str]) -> None:
    """Keep what the patient said to some rows, and do to the answers what all of them mean.

    All begin from the answers of before, so that a reply that is changed leaves nothing behind.
    """
    with context.database.write() as session:
        screening = locked_draft(context, session, lock)
        known = set(context.definitions.bindings.rows)
        if not replies.keys() <= known or not set(replies.values()) <= set(REPLIES):
            raise ActRefusedError(Refusal.INCOMPLETE)
        kept = open_sealed(context, session, screening, "draft")
        if "since" not in kept:
            raise ActRefusedError(Refusal.NO_VISIT)
        rows = {**kept["rows"], **replies}
        questionnaire = draft_of(context, session, screening).questionnaire(context.definitions)
        today = day_at(context, session, screening)
        before = {**kept, **kept["before"]}
        given = given_in(context, session, screening, before)
        days = {key: one.answered_on for key, one in given.items()}
        outlived = to_ask_again(context.definitions, before["answers"], days, today)
        done = [
            reply_to(questionnaire, row, reply, before["answers"], outlived)
            for row, reply in rows.items()
        ]
        opened = {link_id for one in done for link_id in one.opened} | set(kept["blocked"])
        said = {key: answer for one in done for key, answer in one.given}
        typed = {k: a for k, a in kept["answers"].items() if k in opened - set(kept["taken"])}
        stay = {k: a for k, a in before["answers"].items() if k not in opened}
        confirmed = {link_id for one in done for link_id in one.confirmed} - opened
        given = {k: one for k, one in given.items() if k in stay}
        given |= {k: Given.read(kept["given"][k]) for k in typed}
        given |= dict.fromkeys(confirmed, Given(today, Way.CONFIRMED))
        way = Way.TABLET if screening.pen_until else Way.TYPED
        kept |= {
            "rows": rows,
            "answers": {**stay, **typed, **said},
            "given": stamped(given, said, today, way),
            "taken": sorted(stay.keys() - said.keys()),
        }
        seal_into(context, session, screening, "draft", kept)


def is_new(context: Context, screening_id: str) -> bool:
    """Return whether there is anything that the doctor has to see."""
    with context.database.read() as session:
        screening = session.get_one(Screening, screening_id)
        return _is_new(context, session, screening, draft_of(context, session, screening))


def _is_new(context: Context, session: Session, screening: Screening, draft: Draft) -> bool:
    earlier = session.get_one(Screening, screening.recheck_of)
    if earlier.state != State.DECIDED or draft.noted.get("facts"):
        return True
    questionnaire = draft.questionnaire(context.definitions)
    now = answers_on_path(questionnaire, draft.answers)
    kept = open_sealed(context, session, screening, "draft")
    before = answers_on_path(questionnaire, kept["before"]["answers"])
    asked = context.definitions.bindings.rows
    seen = report_for_the_visit(context, session, earlier)["procedures"]
    case = read_case(context.definitions, draft.raw_case(context.definitions))
    return not is_nothing_new(asked, draft.rows, before, now, seen, _reasons(context, case))


def _reasons(context: Context, case: Case) -> dict[str, dict[str, Outcome]]:
    return {
        one.procedure.id: {r.contraindication.finding: r.outcome for r in one.reasons}
        for one in evaluate_case(context.definitions, case)
    }


def confirm_arrival(
    context: Context,
    lock: EditLock,
    text: str,
    language: str = ENGLISH,
    words: Mapping[str, str] = WORDS,
) -> None:
    """Nothing is new: let the decision stand, and order the page that says so.

    `text` is what the patient agreed to. Raises ActRefusedError: "incomplete" while a question
    is open or where something is new, or the state when it was sent already.
    """
    with context.database.write() as session:
        screening = locked_draft(context, session, lock, "confirm")
        draft = draft_of(context, session, screening)
        steps = journey(draft.questionnaire(context.definitions), draft.answers)
        asked = draft.medicine_questions(context.definitions)
        is_open = first_unanswered(steps, draft.answers) or asked
        if draft.since is None or draft.open_rows(context.definitions) or is_open:
            raise ActRefusedError(Refusal.INCOMPLETE)
        if screening.recheck_of:
            locked_screening(session, screening.recheck_of)  # nobody decides anew meanwhile
        if _is_new(context, session, screening, draft):
            raise ActRefusedError(Refusal.INCOMPLETE)
        head = context.record(session, PATIENT, "confirm on arrival", screening)
        declaration = {"text": text, "name": draft.name, "ink": ""}
        keep_report(context, session, screening, draft, declaration, head, (language, words))
        screening.state = State.CONFIRMED
        orders = order_reports(session, screening.id, (Kind.ARRIVAL,), context.now())
    for order in orders:
        context.ring(order)
