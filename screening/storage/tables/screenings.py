"""A screening, what was decided, its reports and mails, and the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.storage.columns import Table, new_id, only


class Screening(Table):
    """One questionnaire of one patient. `gravity` orders the queue; 4 is the gravest outcome.

    `person` is who, `draft` the answers so far, `submission` the report as it was
    compiled, `basis` the little of it that its outcomes rest on (verdict_snapshot.py);
    each is sealed with `wrapped_key`, which the patient's key wraps. `recheck_of` is the
    screening that this one asks again about; submitting it supersedes that one.
    `person_hash` is the keyed hash of clinic, name and date of birth. `contact` is the
    address to mail to, with the link. `pen_hash` is the one device that may answer now, a
    tablet until `pen_until`; `device_hash` the patient's own device that began it, which
    alone sees what was answered without the patient's code; `move_hash` is the code or
    link that hands over to the next one, once.
    """

    __tablename__ = "screening"
    __table_args__ = (
        UniqueConstraint("clinic_id", "number"),
        Index("ix_screening_queue", "clinic_id", "state", "decided_at"),
        Index("ix_screening_newest", "clinic_id", "created_at"),
        Index("ix_screening_submitted", "clinic_id", "submitted_at"),
        Index("ix_screening_appointment", "clinic_id", "appointment_at"),
        Index("ix_screening_recheck_of", "recheck_of", **only("recheck_of IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    number: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    link_hash: Mapped[str] = mapped_column(unique=True)
    link_expires_at: Mapped[datetime]
    start_code_hash: Mapped[str | None] = mapped_column(unique=True)
    start_code_expires_at: Mapped[datetime | None]
    move_hash: Mapped[str | None] = mapped_column(unique=True)
    move_expires_at: Mapped[datetime | None]
    pen_hash: Mapped[str | None]
    pen_until: Mapped[datetime | None]
    device_hash: Mapped[str | None]
    appointment_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    definitions_hash: Mapped[str | None]
    gravity: Mapped[int | None]
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"), index=True)
    recheck_of: Mapped[str | None] = mapped_column(ForeignKey("screening.id"))
    person_hash: Mapped[str | None] = mapped_column(index=True)
    wrapped_key: Mapped[bytes]
    person: Mapped[bytes]
    contact: Mapped[bytes | None]
    draft: Mapped[bytes]
    basis: Mapped[bytes | None]  # before what is large, so that SQLite can read it alone
    submission: Mapped[bytes | None] = mapped_column(deferred=True)  # read where it is opened


class Decision(Table):
    """What a doctor decided, procedure by procedure; an act, never changed afterwards.

    An amendment is a further row; the one of the highest `sequence` is in force.
    """

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("screening_id", "sequence"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    screening_id: Mapped[str] = mapped_column(ForeignKey("screening.id"))
    sequence: Mapped[int] = mapped_column(default=1, server_default="1")
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime]
    content: Mapped[bytes]


class ReportRow(Table):
    """A report to make, and once made the report. The row is the outbox.

    `kind` is workflow.orders.Kind, `sequence` the decision that it prints,
    `state` "pending" or "sealed". A worker
    holds the row until `lease_until`; after a failure it is due again later, and
    `error` says why. A report is retried for ever and never skipped. `code` is what
    it prints for whoever wants to verify it. `sha256` is of the file as it was issued; one
    that was stamped again since goes on from it (ReportStamp). `proven_until` is when the
    last proof in it ends, None before anybody looked, and `restamp_at` when that is renewed.
    The sealed file is `pdf`, or lies in the store of documents under the name `stored_as`.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("screening_id", "kind", "sequence"),
        Index("ix_report_waits", "due_at", **only("sealed_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    screening_id: Mapped[str] = mapped_column(ForeignKey("screening.id"))
    kind: Mapped[str]
    sequence: Mapped[int] = mapped_column(default=1, server_default="1")
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None]
    code: Mapped[str | None] = mapped_column(unique=True)
    pdf: Mapped[bytes | None] = mapped_column(deferred=True)
    stored_as: Mapped[str | None]
    sha256: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]
    proven_until: Mapped[datetime | None]
    restamp_at: Mapped[datetime | None] = mapped_column(index=True)


class LooseObject(Table):
    """A name in the store of documents to which no report leads, or not yet; it goes at `due_at`.

    It is noted before anything is put there, so that whatever lies there is known. What a
    newer file replaced stays for a while, for backups that lead to it, unless `report_id`
    is erased.
    """

    __tablename__ = "loose_object"

    name: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[str | None] = mapped_column(ForeignKey("report.id"), index=True)
    due_at: Mapped[datetime] = mapped_column(index=True)


class ReportStamp(Table):
    """A report as it was from one more timestamp on: ours as well, and not what was issued."""

    __tablename__ = "report_stamp"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[str] = mapped_column(ForeignKey("report.id"), index=True)
    stamped_at: Mapped[datetime]


class Message(Table):
    """A mail to send, and what became of it. The row is the outbox.

    `kind` is workflow.outbox.Kind; `state` "pending", "sent", "failed" (refused for good),
    "dropped" (not needed any more) or "erased". `recipient` and `error`, the mail server's
    words, are sealed: both may hold the address. `check_in_id` is the check-in whose link
    the mail carries, if it carries one.
    """

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("screening_id", "kind", "sequence"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    screening_id: Mapped[str] = mapped_column(ForeignKey("screening.id"))
    kind: Mapped[str]
    sequence: Mapped[int] = mapped_column(default=1)
    check_in_id: Mapped[str | None] = mapped_column(ForeignKey("check_in.id"))
    state: Mapped[str] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    recipient: Mapped[bytes | None]
    error: Mapped[bytes | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class AuditEntry(Table):
    """Who did what when. `mac` chains each entry to the one before it."""

    __tablename__ = "audit"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str]
    act: Mapped[str]
    clinic_id: Mapped[str | None]
    screening_id: Mapped[str | None] = mapped_column(index=True)
    why: Mapped[str | None]
    mac: Mapped[str]
