"""What programs send and are answered, as models from which the API's description is made."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from screening.clinical.evaluation.case_fields import MOST_PROCEDURES
from screening.workflow.core.actor import LONGEST_NAME
from screening.workflow.core.states import State
from screening.workflow.integration.reading import MOST
from screening.workflow.integration.references import LONGEST
from screening.workflow.mail.outbox import LONGEST_ADDRESS
from screening.workflow.reception.appointments import Word
from screening.workflow.reception.invitations import WITHDRAWN_BECAUSE
from screening.workflow.reports.outbox import Kind as ReportKind
from screening.workflow.treatments.treating import LONGEST_LOT, MOST_PRODUCTS

ExternalId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST,
        pattern=r"^[!-~]([ -~]*[!-~])?$",
        description="Your own id: visible characters of ASCII. It is sealed here, and shown to "
        "your keys only.",
    ),
]
Plain = r"^[^\x00-\x1f\x7f]*$"


class Given(BaseModel):
    """What is sent: an unknown member is a mistake, and said to be one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PatientIn(Given):
    """Whom to invite. With the same `external_id` or `number` it is the same patient."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, pattern=Plain)
    born: date | None = Field(None, description="Without it no tablet opens the questionnaire")
    language: str = Field("", max_length=20, description="Of the messages, such as en or ru")
    email: str = Field("", max_length=LONGEST_ADDRESS)
    phone: str = Field("", max_length=50, pattern=Plain)
    number: str = Field("", max_length=50, pattern=Plain, description="The clinic's own number")
    external_id: ExternalId | None = None


class AppointmentIn(Given):
    """When the visit is."""

    at: AwareDatetime = Field(description="With the offset of its zone")
    external_id: ExternalId | None = None


class ScreeningIn(Given):
    """A screening to open. Without procedures the patient chooses."""

    patient: PatientIn
    procedures: list[str] = Field(default=[], max_length=MOST_PROCEDURES)
    appointment: AppointmentIn | None = None
    external_id: ExternalId | None = None


class ChangeIn(Given):
    """The appointment as it is from now on; null takes it away."""

    appointment: AppointmentIn | None


Because = StrEnum("Because", {one: one for one in WITHDRAWN_BECAUSE})  # type: ignore[misc]


class WithdrawalIn(Given):
    """Why the screening is not wanted any more."""

    reason: Because | None = None


class LinkReason(StrEnum):
    """Why a program needs the personal link itself."""

    NO_MAIL_ARRIVED = "no-mail-arrived"
    AT_THE_DESK = "at-the-desk"
    NO_MAILBOX = "no-mailbox"
    OTHER_MESSAGE = "other-message"


class LinkIn(Given):
    """Why the link is needed: the audit log says so beside who got it."""

    reason: LinkReason


class ProductIn(Given):
    """What went into a treatment."""

    product: str = Field("", max_length=LONGEST_LOT, pattern=Plain)
    lot: str = Field("", max_length=LONGEST_LOT, pattern=Plain)


class DoneIn(Given):
    """One procedure that was carried out."""

    procedure: str
    products: list[ProductIn] = Field(default=[], max_length=MOST_PRODUCTS)


class TreatmentIn(Given):
    """What was done, on which day of the clinic, by whom."""

    treated_on: date
    by: str = Field(min_length=1, max_length=LONGEST_NAME, pattern=Plain)
    done: list[DoneIn] = Field(min_length=1, max_length=MOST_PROCEDURES)
    why: str = Field("", max_length=500, description="Needed where the decision was against it")


class Page(Given):
    """Which page of a list, and which rows; patient and appointment are your own ids."""

    limit: int = Field(50, ge=1, le=MOST)
    cursor: str = Field("", max_length=200)
    state: State | SkipJsonSchema[None] = None
    external_id: ExternalId | SkipJsonSchema[None] = None
    patient: ExternalId | SkipJsonSchema[None] = None
    appointment: ExternalId | SkipJsonSchema[None] = None
    visits_from: AwareDatetime | SkipJsonSchema[None] = None
    visits_until: AwareDatetime | SkipJsonSchema[None] = None


class InLanguage(Given):
    """In which language names are wanted."""

    language: str = Field("en", max_length=20)


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


class WebhookIn(Given):
    """Where to send news: an https address outside this machine's own networks."""

    url: str = Field(min_length=1, max_length=500)


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
