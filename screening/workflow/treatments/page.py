"""A patient's short page of warning signs: after what, what may show now, what was answered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from screening.clinical.definitions.aftercare import Act
from screening.clinical.definitions.check_ins import signs_between
from screening.clinical.definitions.language import ENGLISH, in_language
from screening.storage.tables import CheckIn, Clinic, Treatment
from screening.workflow.core.actor import PATIENT, Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.patients.patients import person_of, whole_patient
from screening.workflow.treatments.links import is_open
from screening.workflow.treatments.planning import aftercare_of, lists_of
from screening.workflow.treatments.signs import GRAVITY, ticked_in


@dataclass(frozen=True)
class Asked:
    """One sign on the page: in English, and `text` in the reader's language."""

    key: str
    sign: str
    text: str
    act: Act
    reply: str


@dataclass(frozen=True)
class Page:
    """The page: for whom, after what, on which day, and what was answered last.

    `ticked` are the signs of the last answer that the patient has or is not sure of; `gravity`
    is that of the gravest of them, None before anything was answered whole or ticked.
    """

    check_in_id: str
    clinic: Clinic
    name: str
    procedures: tuple[str, ...]
    treated_on: date
    by: str
    products: tuple[tuple[str, str], ...]
    day: int
    asked: tuple[Asked, ...]
    gravity: int | None
    ticked: tuple[Asked, ...]
    answered_at: datetime | None


def open_page(
    context: Context, check_in_id: str, language: str = ENGLISH, by: Actor = PATIENT
) -> Page:
    """Return the page for who has said when she was born, or for whom at the desk calls her.

    The desk opens only what is to be called about, or what it answered itself: a patient's own
    answer is for the doctor. Raises ActRefusedError: "gone", "check-in-over".
    """
    with context.database.read() as session:
        row = session.get(CheckIn, check_in_id)
        if row is None or row.content is None:
            raise ActRefusedError(Refusal.GONE)
        if by == PATIENT and not is_open(context, session, row):
            raise ActRefusedError(Refusal.CHECK_IN_OVER)
        if by != PATIENT and not _may_call(context, session, row, by):
            raise ActRefusedError(Refusal.GONE)
        return _page(context, session, row, language, by)


def _may_call(context: Context, session: Session, row: CheckIn, by: Actor) -> bool:
    if row.clinic_id != by.clinic_id:
        return False
    answers = open_sealed(context, session, row, "content")["answers"]
    return is_to_call(row) or bool(answers and answers[-1]["by"] == by.who)


def is_to_call(row: CheckIn) -> bool:
    """Return whether nothing came back, and nobody has called yet."""
    silent = row.state == "missed" or (row.state == "asked" and row.link_hash is None)
    return silent and row.handled_at is None


def _page(context: Context, session: Session, row: CheckIn, language: str, reader: Actor) -> Page:
    clinic = session.get_one(Clinic, row.clinic_id)
    treatment = session.get_one(Treatment, row.treatment_id)
    done = open_sealed(context, session, treatment, "content")
    content = open_sealed(context, session, row, "content")
    treated_on = date.fromisoformat(treatment.treated_on)
    zone = ZoneInfo(clinic.zone)
    today = context.now().astimezone(zone).date()
    known = _translations(context, done, language)
    half = content["half"]
    if half and datetime.fromisoformat(half["at"]).astimezone(zone).date() != today:
        half = None  # a "no" of another day says nothing of today
    if half and half["by"] != reader.who:
        half = None
    replies = {one["sign"]: one["reply"] for one in half["signs"]} if half else {}

    def shown(text: str, act: str, reply: str) -> Asked:
        return Asked(key_of(text), text, known.get(text, text), Act(act), reply)

    last = content["answers"][-1] if content["answers"] else None
    ticked = list(ticked_in([last])) if last else []
    patient = whole_patient(session, row.patient_id)[0]
    return Page(
        row.id,
        clinic,
        person_of(context, session, patient).get("name") or "",
        tuple(_name(context, one, language) for one in done["done"]),
        treated_on,
        done["by"],
        tuple((p["product"], p["lot"]) for one in done["done"] for p in one["products"]),
        (today - treated_on).days,
        tuple(
            shown(one.text, one.act, replies.get(one.text, ""))
            for one in signs_between(
                aftercare_of(context, done),
                treated_on,
                min(date.fromisoformat(row.due_on), today),
                today,
            )
        ),
        max((GRAVITY[Act(one["act"])] for one in ticked), default=0) if last else None,
        tuple(shown(one["sign"], one["act"], one["reply"]) for one in ticked),
        datetime.fromisoformat(last["at"]) if last else None,
    )


def _name(context: Context, one: dict[str, Any], language: str) -> str:
    """Return what a procedure is called in `language`; it is kept as the clinic called it."""
    lists = lists_of(context, one)
    if lists is None:
        return str(one["name"])
    return in_language(lists, language).procedures[one["procedure"]].name


def _translations(context: Context, done: dict[str, Any], language: str) -> dict[str, str]:
    lists = [lists_of(context, one) for one in done["done"]]
    return {k: v for one in lists if one for k, v in one.translations.get(language, {}).items()}


def key_of(text: str) -> str:
    """Return what a sign is called in a form, the same whatever the lists do meanwhile."""
    return "s" + hashlib.sha256(text.encode()).hexdigest()[:12]
