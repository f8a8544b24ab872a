"""A questionnaire on its way: what was answered so far, and what stands beside it on sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from screening.clinical.definitions.definitions import (
    Definitions,
    assemble_questionnaire,
    findings_asked,
)
from screening.clinical.definitions.medicines import MedicineRecord
from screening.clinical.definitions.questionnaire import (
    Answer,
    Questionnaire,
    answers_on_path,
    journey,
)
from screening.clinical.evaluation.ageing import to_ask_again
from screening.clinical.evaluation.answers import parse_answers
from screening.clinical.evaluation.case import contradictions_in, read_case
from screening.clinical.evaluation.contradictions import Clash
from screening.clinical.evaluation.stored import raw_case
from screening.clinical.medicines.questions import (
    Question,
    open_questions,
    with_replies,
)
from screening.clinical.medicines.record import record_as_json
from screening.clinical.report.noted import Places, questions_about
from screening.clinical.report.parts import AnsweredBy
from screening.clinical.report.returning import confirmed_by, rows_about
from screening.clinical.way.rows import Said
from screening.storage.tables import Clinic, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.given import Given, day_in, given_in
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.unfinished import Pages
from screening.workflow.reception.asking_again import ON_ARRIVAL


@dataclass(frozen=True)
class Draft:
    """A screening as its patient sees it while answering.

    `replies` holds what the patient replied when asked about medicines on the list,
    `last` the number, day and answers of last time that may still be confirmed, and
    `confirmed` those that were.

    `today` is the day at the clinic. `answers` holds everything ever answered that still
    holds today; only what lies on the journey counts. `given` says when and how each was
    answered. On arrival `taken` are the questions whose answers come from before and are not
    shown, `rows` what was said to the rows, `since` the day of the answers of before.
    `why_again` is asking_again.ON_ARRIVAL or FOR_THE_DOCTOR where this one comes after
    another, `answered_by` a report.AnsweredBy once the patient was asked. `said` is what was
    replied in the rows of lists, `noted` what the clinic's own system has noted: {"at", "born",
    "facts", "shown", "misses"}. `held_until` is how long a tablet holds the edit lock,
    `unfinished` what was typed and not sent, by page: it counts nowhere.
    """

    id: str
    number: str
    state: str
    clinic: Clinic
    name: str
    procedures: list[str]
    invited_for: list[str]
    answers: dict[str, Answer]
    today: date
    appointment_at: datetime | None
    why_again: str | None
    replies: dict[str, str]
    last: dict[str, Any] | None
    confirmed: dict[str, Answer]
    answered_by: AnsweredBy | None = None
    given: Mapping[str, Given] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    rows: Mapping[str, str] = field(default_factory=dict)
    since: str | None = None
    said: Said = field(default_factory=dict)
    held_until: datetime | None = None
    unfinished: Pages = field(default_factory=dict)
    noted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answered_on(self) -> dict[str, date]:
        """The day on which each question was answered."""
        return {key: one.answered_on for key, one in self.given.items()}

    def noted_about(self, definitions: Definitions) -> Places:
        """Return what is noted, by question and option, once the patient proved who it is of."""
        if not self.noted.get("shown"):
            return {}
        return questions_about(definitions, self.questionnaire(definitions), self.noted["facts"])

    def open_rows(self, definitions: Definitions) -> list[str]:
        """The rows that are still to be answered on arrival."""
        rows = definitions.bindings.rows if self.since else ()
        return [row for row in rows if row not in self.rows]

    def rows_of_return(self, definitions: Definitions) -> list[str]:
        """Return the rows about what may be new since last time that are still to be answered."""
        if self.last is None:
            return []
        questionnaire, aged = self.questionnaire(definitions), self.last.get("aged", {})
        said = self.last.get("rows", {})
        return [r for r in rows_about(questionnaire, aged, self.answers) if r not in said]

    def answers_of_before(self, definitions: Definitions) -> dict[str, Answer]:
        """Return last time's answers that may be confirmed as they stand."""
        if self.last is None:
            return {}
        aged, said = self.last.get("aged", {}), self.last.get("rows", {})
        stands = confirmed_by(self.questionnaire(definitions), aged, said)
        return {**self.last["answers"], **stands}

    def raw_case(self, definitions: Definitions, visit: date | None = None) -> dict[str, Any]:
        """Return the case of what counts of the answers, as `read_case` reads it."""
        counted = answers_on_path(self.questionnaire(definitions), self.answers)
        raw = raw_case(self.procedures, counted, self.answered_on, self.today, visit)
        if (medicines := self.medicines(definitions)).entries:
            raw["medicines"] = record_as_json(medicines)
        return raw

    def doubts(self, definitions: Definitions) -> list[Clash]:
        """Return the answers that cannot all be true, where the files say what to ask about it."""
        case = read_case(definitions, self.raw_case(definitions))
        return [clash for clash in contradictions_in(definitions, case) if clash.ask]

    def questionnaire(self, definitions: Definitions) -> Questionnaire:
        """Return what to ask; `definitions` may be in any language."""
        return assemble_questionnaire(definitions, self.procedures)

    def medicines(self, definitions: Definitions) -> MedicineRecord:
        """Return what was read in the list of medicines, as the patient explained it."""
        on_path = answers_on_path(self.questionnaire(definitions), self.answers)
        return with_replies(definitions.medicines.read(on_path), self.replies)

    def medicine_questions(self, definitions: Definitions) -> list[Question]:
        """Return what the patient still has to be asked about the list of medicines."""
        if not any(name in self.answers for name in definitions.medicines.reads):
            return []
        record = self.medicines(definitions)
        if not record.entries:
            return []
        steps = journey(self.questionnaire(definitions), self.answers)
        asked = [step.item for step in steps]
        used = findings_asked(definitions, self.procedures)
        said = (self.answers, record, self.replies)
        return list(open_questions(definitions, asked, *said, used))


def _confirmed(draft: Draft) -> dict[str, Any] | None:
    """Return which answers were not given anew but confirmed, and of which screening they are."""
    if draft.last is None:
        return None
    kept = [k for k, answer in draft.confirmed.items() if draft.answers.get(k) == answer]
    return {"number": draft.last["number"], "at": draft.last["at"], "answers": kept}


def frame_of(
    definitions: Definitions, draft: Draft, now: datetime, declaration: Mapping[str, Any], head: str
) -> dict[str, Any]:
    """Return who, where and when, the part of a report that no rule decides."""
    zone = ZoneInfo(draft.clinic.zone)
    appointment = draft.appointment_at
    return {
        "number": draft.number,
        "clinic": {
            "name": draft.clinic.name,
            "address": draft.clinic.address,
            "phone": draft.clinic.phone,
        },
        "patient": {"name": draft.name, "born": definitions.born_in(draft.answers)},
        "submitted_at": now.astimezone(zone).isoformat(timespec="seconds"),
        "zone": draft.clinic.zone,
        "language": draft.clinic.language,
        "paper": draft.clinic.paper,
        "confirmed": _confirmed(draft),
        "appointment": appointment.astimezone(zone).isoformat() if appointment else None,
        "declaration": dict(declaration),
        "audit_head": head,
        "again": draft.why_again,
        "arrival": {"since": draft.since, "rows": dict(draft.rows)} if draft.since else None,
        "ways": {key: one.way for key, one in draft.given.items() if key in draft.answers},
    }


def draft_of(
    context: Context,
    session: Session,
    screening: Screening,
    opened: Mapping[str, Any] | None = None,
) -> Draft:
    """Return what was answered so far, without what is to be answered again.

    `opened` is the draft where it is open already.
    """
    clinic = session.get_one(Clinic, screening.clinic_id)
    draft = opened or open_sealed(context, session, screening, "draft")
    person = open_sealed(context, session, screening, "person")
    known = context.definitions.procedures
    today = day_in(clinic, context.now())
    # An answer that a newer questionnaire no longer offers is asked for again.
    answers, _faults = parse_answers(context.definitions.items, draft["answers"], today)
    given = given_in(context, session, screening, draft)
    # And so is one of an earlier day that holds no more.
    days = {key: one.answered_on for key, one in given.items()}
    for link_id in to_ask_again(context.definitions, answers, days, today):
        del answers[link_id]
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
        replies=draft.get("replies", {}),
        last=draft.get("last"),
        confirmed=draft.get("confirmed", {}),
        answered_by=draft.get("answered_by"),
        given=given,
        taken=frozenset(draft.get("taken", ())),
        rows=draft.get("rows", {}),
        since=draft.get("since"),
        said=draft.get("said", {}),
        held_until=screening.pen_until,
        unfinished=draft.get("unfinished", {}),
        noted=draft.get("noted", {}),
    )
