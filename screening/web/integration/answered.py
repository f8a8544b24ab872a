"""What programs are answered, as models from which the API's description is made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from screening.workflow.core.states import State
from screening.workflow.reception.appointments import Word
from screening.workflow.reports.outbox import Kind as ReportKind


class Told(BaseModel):
    """What is answered: nothing that is not described."""

    model_config = ConfigDict(extra="forbid")


class Procedure(Told):
    id: str
    name: str


class Procedures(Told):
    """The procedures that this clinic's lists know."""

    definitions: str = Field(description="Hash of the lists")
    procedures: list[Procedure]


class WordOut(Told):
    """What the reception may say about one treatment; never why."""

    treatment: str
    word: Word
    day: date | None = Field(description="From when on to book again")
    to_confirm: int = Field(description="How many answers are asked again on arrival")


class ScreeningOut(Told):
    """How far a screening is."""

    id: str
    number: str
    state: State
    external_id: str | None
    patient_id: str
    patient_external_id: str | None
    procedures: list[str]
    appointment_at: datetime | None
    appointment_external_id: str | None
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    link_ends_at: datetime
    words: list[WordOut] = Field(description="Empty until a doctor has decided")


class Opened(ScreeningOut):
    """A screening that was opened; `link` for keys that may have it and where none was mailed."""

    mailed: bool = Field(description="Whether the link goes to the patient by mail")
    link: str | None


class Screenings(Told):
    screenings: list[ScreeningOut]
    next: str | None = Field(description="The cursor of the next page")


class Link(Told):
    """The patient's personal link: whoever has it may begin as the patient."""

    link: str
    ends_at: datetime


class Sent(Told):
    mailed: bool


class Verdict(Told):
    """The verdicts as the report gives them, for the visit as it is booked now."""

    number: str
    on: date
    definitions: str
    procedures: list[dict[str, Any]]
    to_read: list[dict[str, Any]]
    contradictions: list[dict[str, Any]]


class Answers(Told):
    """The answers, section by section, and as FHIR R4."""

    number: str
    on: date
    sections: list[dict[str, Any]]
    questionnaire_response: dict[str, Any] | None
    detected_issues: list[dict[str, Any]]


class DecisionOut(Told):
    """The decision in force; null before there is one."""

    decision: dict[str, Any] | None


class Report(Told):
    kind: ReportKind
    sequence: int
    sealed_at: datetime | None = Field(description="null while it is being made")
    sha256: str | None
    code: str | None


class Reports(Told):
    reports: list[Report]


class TreatmentOut(Told):
    id: str


class Used(Told):
    product: str
    lot: str


class DoneOut(Told):
    procedure: str
    products: list[Used]


class Treated(Told):
    """What was done on one day; `why` where no decision let it go ahead."""

    id: str
    screening_id: str
    treated_on: date
    by: str
    why: str
    done: list[DoneOut]


class PatientOut(Told):
    """A patient and a page of the screenings, the newest first."""

    id: str
    external_ids: list[str] = Field(description="Your own ids of the patient")
    screenings: list[ScreeningOut]
    treatments: list[Treated] | None = Field(
        description="What was done after these screenings; null for keys without `clinical`"
    )
    next: str | None = Field(description="The cursor of the next page")


class Sign(Told):
    sign: str
    reply: str


class CheckIn(Told):
    """How a patient was, some days after; gravity 0 none, 1 call, 2 emergency."""

    id: str
    treated_on: date
    due_on: date
    state: Literal["waiting", "asked", "answered", "missed", "cancelled"]
    answered_at: datetime | None
    gravity: int | None
    signs: list[Sign]


class CheckIns(Told):
    check_ins: list[CheckIn]


class WebhookOut(Told):
    """An address; `waiting` news are tried again, `dead` ones were given up after three days."""

    id: str
    url: str
    created_at: datetime
    waiting: int
    dead: int


class WebhooksOut(Told):
    webhooks: list[WebhookOut]


class WebhookMade(Told):
    """The secret that signs, shown this once."""

    id: str
    secret: str


class Mistake(BaseModel):
    """One thing that is wrong with what was sent, and where."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Mistake] = []
