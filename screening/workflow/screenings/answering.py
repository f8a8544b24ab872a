"""What a patient does: open the link, answer, come back, declare and submit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.language import ENGLISH
from screening.clinical.definitions.questionnaire import Answer, first_unanswered, journey
from screening.clinical.evaluation.case_fields import MOST_PROCEDURES
from screening.clinical.report.parts import AnsweredBy
from screening.clinical.report.report import ANSWERERS, INTERPRETER, WORDS
from screening.clinical.way.rows import told_in
from screening.storage.tables import Clinic, Screening
from screening.workflow.core.actor import LONGEST_NAME, PATIENT
from screening.workflow.core.context import Context, locked_screening, read_screening
from screening.workflow.core.given import Way, day_at, given_in, stamped
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into, write_sealed
from screening.workflow.core.states import ALLOWED, State, allow
from screening.workflow.mail.outbox import order_alert
from screening.workflow.patients.patients import note_own
from screening.workflow.reports.outbox import Kind, order_reports
from screening.workflow.screenings import proof
from screening.workflow.screenings.changes import supersede
from screening.workflow.screenings.draft import Draft, draft_of
from screening.workflow.screenings.edit_lock import EditLock, check, locked_draft
from screening.workflow.screenings.submission import keep_report

OVER = {State.WITHDRAWN, State.EXPIRED, State.SUPERSEDED, State.CONFIRMED}


def follow_link(context: Context, link: str) -> tuple[str, str]:
    """Return the id and state of the screening that `link` belongs to.

    Looking does not use the link up: mail scanners open links before patients do.
    Raises ActRefusedError: "gone", "expired" or "withdrawn".
    """
    with context.database.read() as session:
        return _followed(context, session, link)


def _followed(context: Context, session: Session, link: str) -> tuple[str, str]:
    asked = select(Screening.id, Screening.state, Screening.link_expires_at)
    hashed = context.hash(f"link:{link}")
    found = session.execute(asked.where(Screening.link_hash == hashed)).first()
    if found is None:
        raise ActRefusedError(Refusal.GONE)
    if found.state in OVER:
        raise ActRefusedError(Refusal(found.state))
    if context.now() >= found.link_expires_at:
        raise ActRefusedError(Refusal.EXPIRED)
    return found.id, found.state


@dataclass(frozen=True)
class Looked:
    """What a link leads to: the `draft` where it is enough on the device and can be answered."""

    state: str
    clinic: Clinic
    may_enter: bool
    draft: Draft | None


def look_at(context: Context, link: str, device: str) -> Looked:
    """Return what `link` leads to on `device`; raises what `follow_link` raises."""
    with context.database.read() as session:
        screening = read_screening(session, _followed(context, session, link)[0])
        may = proof.may_enter(context, screening, device)
        answers = may and screening.state in ALLOWED["answer"]
        draft = draft_of(context, session, screening) if answers else None
        clinic = session.get_one(Clinic, screening.clinic_id)
        return Looked(screening.state, clinic, may, draft)


def clinic_of(context: Context, screening_id: str) -> Clinic:
    """Return whose questionnaire it is; that alone is told to anyone who has the link."""
    with context.database.read() as session:
        return session.get_one(Clinic, read_screening(session, screening_id).clinic_id)


def enter(context: Context, link: str, device: str) -> str:
    """Let a browser in by its link, note that in the audit log, and return the screening's id.

    Raises what `follow_link` raises, and ActRefusedError "other-device" where another began.
    """
    screening_id, _state = follow_link(context, link)
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        if not proof.may_enter(context, screening, device):
            raise ActRefusedError(Refusal.OTHER_DEVICE)
        context.record(session, PATIENT, "open link", screening)
    return screening_id


def read_draft(context: Context, screening_id: str) -> Draft:
    """Return the screening to answer, to be looked at before a device is let in.

    Raises ActRefusedError with the state when that is over.
    """
    with context.database.read() as session:
        return draft_of(context, session, _answerable(session, screening_id))


def open_draft(context: Context, lock: EditLock) -> Draft:
    """Return the screening to answer, on the device that holds `lock`.

    Raises ActRefusedError with the state when that is over, or what edit_lock.check says.
    """
    with context.database.read() as session:
        screening = _answerable(session, lock.screening_id)
        check(context, screening, lock)
        return draft_of(context, session, screening)


def _answerable(session: Session, screening_id: str) -> Screening:
    screening = read_screening(session, screening_id)
    allow("answer", screening.state)
    return screening


def choose_procedures(context: Context, lock: EditLock, procedures: list[str]) -> Draft:
    """Keep which procedures the patient comes for; answers given already stay."""
    if not 0 < len(procedures) <= MOST_PROCEDURES:
        raise ActRefusedError(Refusal.TOO_MANY_PROCEDURES)
    return change_draft(context, lock, {"procedures": procedures})


def give_answer(context: Context, lock: EditLock, link_id: str, answer: Answer) -> Draft:
    """Keep one answer; return the draft that it leaves."""
    return change_draft(context, lock, {"answers": {link_id: answer}})


def answerer(who: str, name: str = "") -> AnsweredBy:
    """Return who gave the answers, with an interpreter's `name`; ActRefusedError else."""
    name = name.strip()[:LONGEST_NAME] if who == INTERPRETER else ""
    if who not in ANSWERERS or (who == INTERPRETER and not name):
        raise ActRefusedError(Refusal.UNKNOWN_ANSWERER)
    return AnsweredBy(who=who, name=name)


class HeldDraft:
    """A draft that nobody else changes until the transaction is over."""

    def __init__(self, context: Context, session: Session, screening: Screening):
        self._of = context, session, screening
        self._opened: dict[str, Any] = open_sealed(*self._of, "draft")

    def read(self) -> Draft:
        return draft_of(*self._of, self._opened)

    def change(self, change: Mapping[str, Any], way: Way | None = None) -> Draft:
        """Put `change` into the draft and return it; its `answers` are added to those of before.

        They are of today, and no others: what was answered earlier keeps its day. `said` are
        replies to rows of lists, which are answers once all rows are; what all this makes
        superfluous is kept aside and comes back if the way does. `way` is how they were given,
        where that is neither typing nor tapping on a tablet.
        """
        (context, session, screening), draft = self._of, self._opened
        items = {item.link_id: item for item in context.definitions.items}
        rows = change.get("said", {}), draft.get("said", {})
        told = told_in(items, draft["answers"], rows[1], rows[0])
        fresh: dict[str, Answer] = {**change.get("answers", {}), **told.answers}
        way = way or (Way.TABLET if screening.pen_until else Way.TYPED)
        before = given_in(context, session, screening, draft)
        given = stamped(before, fresh, day_at(context, session, screening), way)
        answers = {k: a for k, a in (draft["answers"] | fresh).items() if k not in told.opened}
        kept = {**change, "answers": answers, "given": given, "said": told.said}
        if "taken" in draft:
            given_anew = fresh.keys() | told.opened
            kept["taken"] = [one for one in draft["taken"] if one not in given_anew]
        self._opened = draft | kept
        write_sealed(context, session, screening, "draft", self._opened)
        if screening.state == State.INVITED:
            screening.state = State.IN_PROGRESS
            context.record(session, PATIENT, "begin", screening)
        return self.read()


@contextmanager
def held_draft(context: Context, lock: EditLock) -> Iterator[HeldDraft]:
    """Hold the draft, to read and to answer it in one transaction; what raises changes nothing.

    No other act that writes may happen meanwhile: it would wait for this one. Raises what
    `locked_draft` raises.
    """
    with context.database.write() as session:
        yield HeldDraft(context, session, locked_draft(context, session, lock))


def change_draft(
    context: Context, lock: EditLock, change: Mapping[str, Any], way: Way | None = None
) -> Draft:
    """Put `change` into the draft and return it; see `HeldDraft.change`."""
    with held_draft(context, lock) as held:
        return held.change(change, way)


def submit(
    context: Context,
    lock: EditLock,
    declaration: Mapping[str, str],
    language: str = ENGLISH,
    words: Mapping[str, str] = WORDS,
    answered_by: AnsweredBy | None = None,
) -> None:
    """Close the questionnaire, compile the report and order its PDF, all or nothing.

    `declaration` holds the exact `text` agreed to, the typed `name` and the `ink` of a drawing;
    `language` is the patient's, `words` its "yes" and "no", `answered_by` who gave the answers
    where that is said only now. Raises ActRefusedError: "incomplete" while a question is open,
    the state when the screening was submitted already.
    """
    with context.database.write() as session:
        screening = locked_draft(context, session, lock, "submit")
        now = context.now()
        opened = open_sealed(context, session, screening, "draft")
        if answered_by:
            opened = opened | {"answered_by": answered_by}
            seal_into(context, session, screening, "draft", opened)
        draft = draft_of(context, session, screening, opened)
        questionnaire = draft.questionnaire(context.definitions)
        if not draft.procedures or first_unanswered(
            journey(questionnaire, draft.answers), draft.answers
        ):
            raise ActRefusedError(Refusal.INCOMPLETE)
        if draft.medicine_questions(context.definitions) or draft.open_rows(context.definitions):
            raise ActRefusedError(Refusal.INCOMPLETE)
        if screening.recheck_of:
            # Held before the audit log, in the order of every other act: no two wait in a ring.
            supersede(context, session, screening, draft.why_again)
        own = declaration["name"], context.definitions.born_in(draft.answers)
        note_own(context, session, screening, *own, draft.answered_by)
        head = context.record(session, PATIENT, "submit", screening)
        said = {"by": draft.answered_by} if draft.answered_by else {}
        keep_report(
            context, session, screening, draft, {**declaration, **said}, head, (language, words)
        )
        screening.state = State.SUBMITTED
        # The copy first: the patient waits for it.
        orders = order_reports(session, screening.id, (Kind.COPY, Kind.SCREENING), now)
        if screening.gravity == Outcome.CONTRAINDICATED.gravity:
            orders += order_alert(context, session, screening)
    for order in orders:
        context.ring(order)
