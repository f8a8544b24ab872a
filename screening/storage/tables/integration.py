"""What other programs of a clinic hold: their keys, what they asked for, and their own numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.storage.columns import Table, new_id, only


class ApiKey(Table):
    """A key with which one program acts for one clinic; shown once, kept as `key_hash`.

    `scopes` are workflow.integration.api_keys.Scope, with spaces between them. `used_at` is
    the last day on which it was used, to the hour.
    """

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Request(Table):
    """What a program asked for under an Idempotency-Key, and what it was answered.

    `request_hash` tells another request under the same key; `screening_id` is what was made,
    written in the same transaction; `answer` is sealed, and empty until it was given.
    """

    __tablename__ = "request"
    __table_args__ = (UniqueConstraint("api_key_id", "key_hash"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_key.id"))
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    key_hash: Mapped[str]
    request_hash: Mapped[str]
    screening_id: Mapped[str | None] = mapped_column(ForeignKey("screening.id"), index=True)
    answer: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Reference(Table):
    """What another program calls a patient, an appointment or a screening of the clinic.

    Found by `value_hash`, a keyed hash; `content` is the text itself, sealed with the
    patient's key. `screening_id` is empty where `kind` is "patient".
    """

    __tablename__ = "reference"
    __table_args__ = (
        UniqueConstraint("clinic_id", "kind", "value_hash"),
        Index("ix_reference_patient", "patient_id"),
        Index("ix_reference_screening", "screening_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    kind: Mapped[str]
    value_hash: Mapped[str]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    screening_id: Mapped[str | None] = mapped_column(ForeignKey("screening.id"))
    content: Mapped[bytes]


class Webhook(Table):
    """Where news of a clinic is sent. `content` is {"secrets": [{"secret", "until"}]}, the newest
    first: a former secret signs too until its moment.
    """

    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    url: Mapped[str]
    content: Mapped[bytes]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Delivery(Table):
    """News to send: that `subject_id` changed, never how. The row is the outbox.

    `kind` is one of core/news.py; `state` "pending", "sent", "dead" (tried for three days) or
    "dropped". `error` is what came back, a status or a word of ours.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_waits", "due_at", **only("state = 'pending'")),
        Index("ix_delivery_webhook", "webhook_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id"))
    kind: Mapped[str]
    subject_id: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
