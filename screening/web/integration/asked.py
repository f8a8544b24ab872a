"""What programs send, as models from which the API's description is made."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from screening.clinical.evaluation.case_fields import MOST_PROCEDURES
from screening.workflow.core.actor import LONGEST_NAME
from screening.workflow.core.states import State
from screening.workflow.integration.reading import MOST
from screening.workflow.integration.references import LONGEST
from screening.workflow.mail.outbox import LONGEST_ADDRESS
from screening.workflow.reception.invitations import WITHDRAWN_BECAUSE
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


class Paged(Given):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=MOST)
    cursor: str = Field("", max_length=200)


class PatientSought(Paged):
    """Which patient is meant, by your own id, and which page of the screenings."""

    external_id: ExternalId


class Page(Paged):
    """Which page of a list, and which rows; patient and appointment are your own ids."""

    state: State | SkipJsonSchema[None] = None
    external_id: ExternalId | SkipJsonSchema[None] = None
    patient: ExternalId | SkipJsonSchema[None] = None
    appointment: ExternalId | SkipJsonSchema[None] = None
    visits_from: AwareDatetime | SkipJsonSchema[None] = None
    visits_until: AwareDatetime | SkipJsonSchema[None] = None


class InLanguage(Given):
    """In which language names are wanted."""

    language: str = Field("en", max_length=20)


class WebhookIn(Given):
    """Where to send news: an https address outside this machine's own networks."""

    url: str = Field(min_length=1, max_length=500)
