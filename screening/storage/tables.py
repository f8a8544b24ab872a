"""The tables. Names, answers, drawings and reports stand only in sealed columns (bytes)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.storage.columns import Table, new_id, only


class Kept(Table):
    """A lasting key or certificate of the installation, sealed with its secret."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class Clinic(Table):
    """`seal` is the clinic's sealed key, `certificates` (PEM) its certificate and its issuers'.

    `accent` and `accent_dark` are colours such as "#17493f" for light and for dark
    pages; without the second it is worked out from the first. `logo` is a PNG that
    anyone may see, `logo_print` its size and fingerprint.
    """

    __tablename__ = "clinic"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    zone: Mapped[str]
    wrapped_key: Mapped[bytes]
    seal: Mapped[bytes | None]
    certificates: Mapped[str | None]
    accent: Mapped[str | None]
    accent_dark: Mapped[str | None]
    paper: Mapped[str] = mapped_column(default="A4", server_default="A4")
    logo: Mapped[bytes | None] = mapped_column(deferred=True)  # large, and rarely wanted
    logo_print: Mapped[str | None]
    screenings: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Account(Table):
    """Someone who works at the clinic. `credentials` is a doctor's sealed signing key.

    `totp` is the sealed secret of the authenticator app and `totp_counter` the last
    of its codes that was used; `totp_offer` is a secret not confirmed yet. Who has
    the address behind `link_hash` may set the password, once.
    """

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    credentials: Mapped[bytes | None]
    totp: Mapped[bytes | None]
    totp_counter: Mapped[int | None]
    totp_offer: Mapped[bytes | None]
    link_hash: Mapped[str | None] = mapped_column(unique=True)
    link_expires_at: Mapped[datetime | None]
    certificates: Mapped[str | None]
    misses: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SignIn(Table):
    """One browser signed in to one account; ending it here ends it there.

    `factor` is what was shown beside the password: "code", "recovery-code" or
    "passkey". While it is empty the browser may only show a second factor.
    """

    __tablename__ = "sign_in"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    factor: Mapped[str | None]
    browser: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Passkey(Table):
    """A key in someone's device; `content` is its sealed id and public key."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    credential_hash: Mapped[str] = mapped_column(unique=True)
    content: Mapped[bytes]
    uses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RecoveryCode(Table):
    """One of ten codes for the day on which the telephone is lost; works once."""

    __tablename__ = "recovery_code"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Lock(Table):
    """Wrong tries at a door that belongs to no account, such as "pairing"."""

    __tablename__ = "lock"

    name: Mapped[str] = mapped_column(primary_key=True)
    misses: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class Kiosk(Table):
    """A tablet of the clinic. Its pairing code works once; its cookie until it is revoked.

    After five wrong start codes or PINs it stays locked from `locked_at` until staff
    unlock it; the PIN ends its service.
    """

    __tablename__ = "kiosk"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    name: Mapped[str]
    code_hash: Mapped[str | None] = mapped_column(unique=True)
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    pin_hash: Mapped[str | None]
    misses: Mapped[int] = mapped_column(default=0)
    pin_misses: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class DefinitionsArchive(Table):
    """The files of questions/ as they stood, so that any verdict can be replayed."""

    __tablename__ = "definitions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    archive: Mapped[bytes]
    first_used_at: Mapped[datetime]


class Screening(Table):
    """One patient, one questionnaire. `gravity` orders the queue; 4 is the gravest outcome.

    `person` is who, `draft` the answers so far, `submission` the report as it was
    compiled, `basis` the little of it that its outcomes rest on (verdict_snapshot.py);
    each is sealed with `wrapped_key`. `recheck_of` is the screening that this one asks
    again about; submitting it supersedes that one. `person_hash` is the keyed hash of clinic,
    name and date of birth. `contact` is the address to mail to, with the link. `pen_hash` is
    the one device that may answer now, a tablet until `pen_until`; `move_hash` is the code
    or link that hands over to the next one, once.
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
    appointment_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    definitions_hash: Mapped[str | None]
    gravity: Mapped[int | None]
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
    it prints for whoever wants to verify it.
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
    sha256: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]


class Message(Table):
    """A mail to send, and what became of it. The row is the outbox.

    `kind` is workflow.outbox.Kind; `state` "pending", "sent", "failed" (refused for good),
    "dropped" (not needed any more) or "erased". `recipient` and `error`, the mail server's
    words, are sealed: both may hold the address.
    """

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("screening_id", "kind", "sequence"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    screening_id: Mapped[str] = mapped_column(ForeignKey("screening.id"))
    kind: Mapped[str]
    sequence: Mapped[int] = mapped_column(default=1)
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
