"""Who works at a clinic, how they sign in, and its tablets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from screening.storage.columns import Table, new_id


class Account(Table):
    """Someone who works at the clinic. `credentials` is a doctor's sealed signing key.

    `totp` is the sealed secret of the authenticator app and `totp_counter` the last
    of its codes that was used; `totp_offer` is a secret not confirmed yet. Who has
    the address behind `link_hash` may set the password, once. `language` is
    the desk's for this account, the clinic's where it is empty. `registration` is a doctor's
    number at the authority that registers doctors; `vouched_by` is "server" where a command
    stood in for the second person. `unfinished` is what was typed and not sent, by page.
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
    disabled_at: Mapped[datetime | None]
    language: Mapped[str | None]
    registration: Mapped[str | None]
    vouched_by: Mapped[str | None]
    unfinished: Mapped[bytes | None] = mapped_column(deferred=True)  # rarely wanted
    created_at: Mapped[datetime]


class AccountChange(Table):
    """What one person began about an account and a second one has to confirm.

    `kind` is workflow.second_person.Kind; `begun_by` and `settled_by` are as the audit log
    writes who acts; `state` is "waiting", "confirmed" or "dropped". A new account has no
    `account_id` until it is confirmed.
    """

    __tablename__ = "account_change"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    kind: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    username: Mapped[str | None]
    name: Mapped[str | None]
    role: Mapped[str | None]
    registration: Mapped[str | None]
    begun_by: Mapped[str]
    begun_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]


class AccountNotice(Table):
    """A mail that tells the clinic's doctors of a change. The row is the outbox."""

    __tablename__ = "account_notice"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    change_id: Mapped[str] = mapped_column(ForeignKey("account_change.id"))
    state: Mapped[str] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class SignIn(Table):
    """One browser signed in to one account; ending it here ends it there.

    `factor` is what was shown beside the password: "code", "recovery-code" or
    "passkey". While it is empty the browser may only show a second factor. At
    `confirmed_at` the person gave a password or a code once more, to sign a decision.
    `browser_hash` is of the secret by which the browser is known from then on.
    """

    __tablename__ = "sign_in"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    factor: Mapped[str | None]
    browser: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    browser_hash: Mapped[str | None] = mapped_column(index=True)


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
    """Wrong tries at one door from one source, under a keyed hash of both; the last was `at`."""

    __tablename__ = "lock"

    name: Mapped[str] = mapped_column(primary_key=True)
    misses: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    at: Mapped[datetime | None]


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
