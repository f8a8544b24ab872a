"""What becomes of a change of accounts once its second person has confirmed it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.orm import Session

from screening.documents.certificates.authority import Credentials
from screening.storage.tables import Account, AccountChange, Passkey, RecoveryCode
from screening.workflow.accounts.hashing import hasher
from screening.workflow.accounts.passwords import new_link
from screening.workflow.accounts.sessions import end_sign_ins, keep_credentials, put_account
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context

SERVER = "server"


class Kind(StrEnum):
    """What waits for a second person."""

    ACCOUNT = "account"
    ROLE = "role"
    FACTOR = "second-factor"
    LINK = "link"
    REGISTRATION = "registration"
    RESTORED = "restored"


@dataclass(frozen=True)
class Prepared:
    """What takes long to make: a doctor's certificate, the hash of a password nobody knows."""

    credentials: Credentials | None
    password_hash: str
    vouched_by: str | None


@dataclass(frozen=True)
class Changed:
    """Whom a change concerned, and the link for the owner where there is a new one."""

    name: str
    link: str = ""


def prepare(context: Context, session: Session, row: AccountChange, alone: bool) -> Prepared:
    """Make what `row` needs; `alone` says that no second person of the clinic confirmed it."""
    account = session.get_one(Account, row.account_id) if row.account_id else None
    becomes = row.role or (account.role if account else None)
    wanted = row.kind in {Kind.ACCOUNT, Kind.ROLE, Kind.REGISTRATION} and becomes == "doctor"
    credentials = None
    if wanted:
        name = account.name if account else row.name or ""
        number = row.registration or (account.registration if account else None)
        credentials = context.issue(name, context.now(), number, alone)
    hashed = hasher.hash(secrets.token_urlsafe(32)) if row.kind == Kind.ACCOUNT else ""
    return Prepared(credentials, hashed, SERVER if alone else None)


def carry_out(
    context: Context, session: Session, by: Actor, row: AccountChange, made: Prepared
) -> Changed:
    """Do what waited, in the transaction that settles it."""
    if row.kind == Kind.RESTORED:
        return Changed("")
    if row.kind == Kind.ACCOUNT:
        return _open(context, session, by, row, made)
    account = session.get_one(Account, row.account_id, with_for_update=True)
    if row.kind == Kind.LINK:
        _note(context, session, by, "give password link", account)
        return Changed(account.name, new_link(context, account))
    if row.kind == Kind.FACTOR:
        account.totp = account.totp_offer = account.totp_counter = None
        session.execute(delete(Passkey).where(Passkey.account_id == account.id))
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
        end_sign_ins(context, session, account.id)
        _note(context, session, by, "reset second factor", account)
        return Changed(account.name)
    if row.kind == Kind.ROLE and row.role:
        _note(context, session, by, f"change role from {account.role} to {row.role}", account)
        account.role = row.role
    if made.credentials:
        account.registration = row.registration or account.registration
        account.vouched_by = made.vouched_by
        keep_credentials(context, session, account, made.credentials)
        _note(context, session, by, "issue certificate", account)
    return Changed(account.name)


def _open(
    context: Context, session: Session, by: Actor, row: AccountChange, made: Prepared
) -> Changed:
    name, username, role = row.name or "", row.username or "", row.role or ""
    row.state = "confirmed"  # so that its own names are free
    session.flush()
    account = put_account(
        context, session, by, username, name, role, made.password_hash, made.credentials
    )
    account.registration, account.vouched_by = row.registration, made.vouched_by
    row.account_id = account.id
    return Changed(name, new_link(context, account))


def _note(context: Context, session: Session, by: Actor, act: str, account: Account) -> None:
    context.record(session, by, act, why=f"account:{account.id}")
