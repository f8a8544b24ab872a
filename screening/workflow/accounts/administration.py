"""What an administrator does: accounts of the own clinic, and when certificates end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from screening.storage.tables import Account, Passkey, RecoveryCode
from screening.workflow.accounts.passwords import new_link
from screening.workflow.accounts.sessions import (
    add_account,
    doctor_credentials,
    end_sign_ins,
    keep_credentials,
)
from screening.workflow.accounts.tries import code_door, forgive, is_shut
from screening.workflow.clinics.clinics import clinic_seal
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.roles import ROLES


@dataclass(frozen=True)
class AccountEntry:
    """One line of the list of accounts."""

    id: str
    username: str
    name: str
    role: str
    disabled_at: datetime | None
    locked: bool
    has_second_factor: bool


def list_accounts(context: Context, by: Staff) -> list[AccountEntry]:
    """Return the clinic's accounts by name."""
    query = select(Account).where(Account.clinic_id == by.clinic.id).order_by(Account.name)
    with context.database.read() as session:
        with_passkey = set(session.scalars(select(Passkey.account_id)))
        return [
            AccountEntry(
                a.id,
                a.username,
                a.name,
                a.role,
                a.disabled_at,
                is_shut(context, session, code_door(context, a.id)),
                a.totp is not None or a.id in with_passkey,
            )
            for a in session.scalars(query)
        ]


def open_account(context: Context, by: Staff, username: str, name: str, role: str) -> str:
    """Add an account and return the link by which its owner sets the password.

    Raises ActRefusedError: "taken" for a user name that exists, "unknown-role".
    """
    if role not in ROLES:
        raise ActRefusedError(Refusal.UNKNOWN_ROLE)
    with context.database.read() as session:
        if session.scalars(select(Account.id).where(Account.username == username)).first():
            raise ActRefusedError(Refusal.TAKEN)
    credentials = context.issue(name, context.now()) if role == "doctor" else None
    unknown = secrets.token_urlsafe(32)
    id = add_account(context, by, username, name, role, unknown, credentials)
    return give_link(context, by, id)


def give_link(context: Context, by: Staff, account_id: str) -> str:
    """Return a new link to set the password; an earlier one is void."""
    with context.database.write() as session:
        account = _own(session, by, account_id)
        _note(context, session, by, "give password link", account)
        return new_link(context, account)


def change_role(context: Context, by: Staff, account_id: str, role: str) -> None:
    """Give someone another role, from their next click on. Raises ActRefusedError("unknown-role").

    Whoever becomes a doctor gets a certificate to sign with.
    """
    if role not in ROLES:
        raise ActRefusedError(Refusal.UNKNOWN_ROLE)
    with context.database.read() as session:
        account = _own(session, by, account_id)
    credentials = context.issue(account.name, context.now()) if role == "doctor" else None
    with context.database.write() as session:
        account = _own(session, by, account_id)
        if account.id == by.id:
            raise ActRefusedError(Refusal.YOURSELF)
        if credentials and account.credentials is None:
            keep_credentials(context, session, account, credentials)
        _note(context, session, by, f"change role from {account.role} to {role}", account)
        account.role = role


def disable(context: Context, by: Staff, account_id: str) -> None:
    """Close an account and end its sign-ins at once. One's own stays: someone must be left."""
    with context.database.write() as session:
        account = _own(session, by, account_id)
        if account.id == by.id:
            raise ActRefusedError(Refusal.YOURSELF)
        account.disabled_at = account.disabled_at or context.now()
        end_sign_ins(context, session, account.id)
        _note(context, session, by, "disable account", account)


def enable(context: Context, by: Staff, account_id: str) -> None:
    with context.database.write() as session:
        account = _own(session, by, account_id)
        account.disabled_at = None
        forgive(session, code_door(context, account.id))
        _note(context, session, by, "enable account", account)


def reset_second_factor(context: Context, by: Staff, account_id: str) -> None:
    """Forget someone's app, passkeys and recovery codes; the next sign-in sets up new ones."""
    with context.database.write() as session:
        account = _own(session, by, account_id)
        account.totp = account.totp_offer = account.totp_counter = None
        session.execute(delete(Passkey).where(Passkey.account_id == account.id))
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
        end_sign_ins(context, session, account.id)
        _note(context, session, by, "reset second factor", account)


def certificates(context: Context, by: Staff) -> list[tuple[str, datetime]]:
    """Return whose certificates end when: the seal's, then each doctor's who may sign."""
    query = (
        select(Account)
        .where(
            Account.clinic_id == by.clinic.id,
            Account.credentials.is_not(None),
            Account.disabled_at.is_(None),
            Account.role == "doctor",
        )
        .order_by(Account.name)
    )
    with context.database.read() as session:
        seal = clinic_seal(context, session, by.clinic.id)
        found = [(seal.subject, seal.certificate.not_valid_after_utc)]
        for account in session.scalars(query):
            certificate = doctor_credentials(context, session, account.id).certificate
            found.append((account.name, certificate.not_valid_after_utc))
    return found


def _own(session: Session, by: Staff, account_id: str) -> Account:
    """Return the clinic's account. Another clinic's is as good as none."""
    account = session.get(Account, account_id, with_for_update=True)
    if account is None or account.clinic_id != by.clinic.id:
        raise ActRefusedError(Refusal.GONE)
    return account


def _note(context: Context, session: Session, by: Staff, act: str, account: Account) -> None:
    context.record(session, by, act, why=f"account:{account.id}")
