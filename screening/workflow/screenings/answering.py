"""What a patient does: open the link, answer, come back, declare and submit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.language import ENGLISH
from screening.clinical.definitions.questionnaire import (
    Answer,
    answers_on_path,
    first_unanswered,
    journey,
)
from screening.clinical.evaluation.answers import parse_answers
from screening.clinical.evaluation.case import MOST_PROCEDURES, read_case
from screening.clinical.report.decisive import decisive_answers
from screening.clinical.report.parts import AnsweredBy
from screening.clinical.report.report import (
    ANSWERERS,
    INTERPRETER,
    WORDS,
    compile_report,
    translated,
)
from screening.clinical.report.verdict_snapshot import basis_of
from screening.storage.tables import Clinic, DefinitionsArchive, Screening
from screening.workflow.core.context import Workplace, locked_screening
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import State, allow
from screening.workflow.reception.recheck import ON_ARRIVAL
from screening.workflow.reports.outbox import Kind, order_reports
from screening.workflow.screenings import edit_lock as pens
from screening.workflow.screenings.draft import Draft, frame_of
from screening.workflow.screenings.history import person_hash

PATIENT = "patient"
LONGEST_NAME = 100


def follow_link(place: Workplace, link: str) -> tuple[str, str]:
    """Return the id and state of the screening that `link` belongs to.

    Looking does not use the link up: mail scanners open links before patients do.
    Raises ActRefusedError: "gone", "expired" or "withdrawn".
    """
    with place.database.read() as session:
        query = select(Screening).where(Screening.link_hash == place.hash(f"link:{link}"))
        screening = session.scalars(query).first()
    if screening is None:
        raise ActRefusedError(Refusal.GONE)
    if screening.state in {State.WITHDRAWN, State.EXPIRED, State.SUPERSEDED}:
        raise ActRefusedError(Refusal(screening.state))
    if place.now() >= screening.link_expires_at:
        raise ActRefusedError(Refusal.EXPIRED)
    return screening.id, screening.state


def enter(place: Workplace, link: str) -> str:
    """Let a browser in by its link, note that in the audit log, and return the screening's id."""
    screening_id, _state = follow_link(place, link)
    with place.database.write() as session:
        place.record(
            session, PATIENT, "open link", **_about(locked_screening(session, screening_id))
        )
    return screening_id


def open_draft(place: Workplace, screening_id: str, pen: str | None = None) -> Draft:
    """Return the screening to answer, on the device that holds `pen`; None is no device.

    Raises ActRefusedError with the state when that is over, or what pen.check says.
    """
    with place.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None:
            raise ActRefusedError(Refusal.GONE)
        allow("answer", screening.state)
        if pen is not None:
            pens.check(place, screening, pen)
        return _draft(place, session, screening)


def _draft(place: Workplace, session: Session, screening: Screening) -> Draft:
    clinic = session.get_one(Clinic, screening.clinic_id)
    draft = open_sealed(place, session, screening, "draft")
    person = open_sealed(place, session, screening, "person")
    known = place.definitions.procedures
    today = place.now().astimezone(ZoneInfo(clinic.zone)).date()
    # An answer that a newer questionnaire no longer offers is asked for again.
    answers, _faults = parse_answers(place.definitions.items, draft["answers"], today)
    return Draft(
        id=screening.id,
        number=screening.number,
        state=screening.state,
        clinic=clinic,
        name=person["name"],
        procedures=[p for p in draft["procedures"] if p in known],
        invited_for=[p for p in draft["invited_for"] if p in known],
        answers=answers,
        today=today,
        appointment_at=screening.appointment_at,
        why_again=(draft.get("why") or ON_ARRIVAL) if screening.recheck_of else None,
        said=draft.get("said", []),
        last=draft.get("last"),
        confirmed=draft.get("confirmed", {}),
        answered_by=draft.get("answered_by"),
    )


def choose_procedures(
    place: Workplace, screening_id: str, procedures: list[str], pen: str | None = None
) -> None:
    """Keep which procedures the patient comes for; answers given already stay."""
    if not 0 < len(procedures) <= MOST_PROCEDURES:
        raise ActRefusedError(Refusal.TOO_MANY_PROCEDURES)
    change_draft(place, screening_id, "choose procedures", {"procedures": procedures}, pen)


def give_answer(
    place: Workplace, screening_id: str, link_id: str, answer: Answer, pen: str | None = None
) -> None:
    """Keep one answer. What it makes superfluous is kept aside and comes back if the way does."""
    change_draft(place, screening_id, f"answer {link_id}", {"answers": {link_id: answer}}, pen)


def say_who_answered(
    place: Workplace, screening_id: str, who: str, name: str = "", pen: str | None = None
) -> None:
    """Keep who gave the answers; `name` is the interpreter's."""
    name = name.strip()[:LONGEST_NAME] if who == INTERPRETER else ""
    if who not in ANSWERERS or (who == INTERPRETER and not name):
        raise ActRefusedError(Refusal.UNKNOWN_ANSWERER)
    by = AnsweredBy(who=who, name=name)
    change_draft(place, screening_id, "say who answered", {"answered_by": by}, pen)


def change_draft(
    place: Workplace,
    screening_id: str,
    act: str,
    change: Mapping[str, Any],
    pen: str | None = None,
) -> None:
    with place.database.write() as session:
        screening = locked_screening(session, screening_id)
        allow("answer", screening.state)
        if pen is not None:
            pens.check(place, screening, pen)
        draft = open_sealed(place, session, screening, "draft")
        answers = draft["answers"] | change.get("answers", {})
        seal_into(place, session, screening, "draft", draft | change | {"answers": answers})
        if screening.state == State.INVITED:
            screening.state = State.IN_PROGRESS
            place.record(session, PATIENT, "begin", **_about(screening))


def _about(screening: Screening) -> dict[str, str | None]:
    return {"clinic_id": screening.clinic_id, "screening_id": screening.id}


def submit(
    place: Workplace,
    screening_id: str,
    declaration: Mapping[str, str],
    language: str = ENGLISH,
    words: Mapping[str, str] = WORDS,
    pen: str | None = None,
) -> None:
    """Close the questionnaire, compile the report and order its PDF, all or nothing.

    `declaration` holds the exact `text` agreed to, the typed `name` and the `ink`
    of a drawing; `language` is the patient's, `words` its "yes", "no" and the
    like. Raises ActRefusedError: "incomplete" while a question is open, the
    state when the screening was submitted already.
    """
    with place.database.write() as session:
        screening = locked_screening(session, screening_id)
        allow("submit", screening.state)
        if pen is not None:
            pens.check(place, screening, pen)
        now = place.now()
        draft = _draft(place, session, screening)
        questionnaire = draft.questionnaire(place.definitions)
        if not draft.procedures or first_unanswered(
            journey(questionnaire, draft.answers), draft.answers
        ):
            raise ActRefusedError(Refusal.INCOMPLETE)
        if draft.readings(place.definitions):
            raise ActRefusedError(Refusal.INCOMPLETE)
        if screening.recheck_of:
            # Held before the audit log, in the order of every other act: no two wait in a ring.
            _supersede(place, session, screening.recheck_of)
        head = place.record(session, PATIENT, "submit", **_about(screening))
        raw = {
            "procedures": draft.procedures,
            "on": draft.today.isoformat(),
            "answers": answers_on_path(questionnaire, draft.answers),
        }
        by = {"by": draft.answered_by} if draft.answered_by else {}
        frame = frame_of(draft, now, {**declaration, **by, "at": now.isoformat()}, head)
        case = read_case(place.definitions, raw)
        report = compile_report(place.definitions, case, raw, frame)
        report["decisive"] = decisive_answers(place.definitions, case)
        if language != ENGLISH:
            report["translated"] = translated(place.definitions, case, language, words)
        seal_into(place, session, screening, "submission", report)
        seal_into(place, session, screening, "basis", basis_of(report))
        screening.gravity = max(Outcome(p["outcome"]).gravity for p in report["procedures"])
        screening.definitions_hash = place.definitions.hash
        screening.person_hash = person_hash(place, screening.clinic_id, frame)
        screening.state = State.SUBMITTED
        screening.submitted_at = now
        screening.start_code_hash = screening.move_hash = screening.pen_hash = None
        if session.get(DefinitionsArchive, place.definitions.hash) is None:
            session.add(
                DefinitionsArchive(
                    hash=place.definitions.hash, archive=place.archive, first_used_at=now
                )
            )
        orders = order_reports(session, screening.id, (Kind.SCREENING, Kind.COPY), now)
    for order in orders:
        place.ring(order)


def _supersede(place: Workplace, session: Session, screening_id: str) -> None:
    """Put the earlier screening out of use; what was decided on it stays on record."""
    earlier = locked_screening(session, screening_id)
    earlier.state = State.SUPERSEDED
    place.record(session, PATIENT, "supersede", **_about(earlier))
