"""What an administrator does: accounts of the own clinic, and when certificates end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.tables import Account, Passkey
from screening.workflow.accounts.making import Kind
from screening.workflow.accounts.naming import check_free, read_registration
from screening.workflow.accounts.passwords import new_link
from screening.workflow.accounts.second_person import CONFIRMING, begin, drop_of, has_factor
from screening.workflow.accounts.sessions import (
    add_account,
    doctor_credentials,
    end_sign_ins,
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
    registration: str | None


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
                a.registration,
            )
            for a in session.scalars(query)
        ]


def open_account(
    context: Context,
    by: Staff,
    username: str,
    name: str,
    role: str,
    registration: str | None = None,
) -> str | None:
    """Add an account and return the link by which its owner sets the password.

    A doctor or an administrator waits for a second person, and None is returned. Raises
    ActRefusedError: "unknown-role", "needs-registration" for a doctor without a number, and
    what `check_free` raises.
    """
    if role not in ROLES:
        raise ActRefusedError(Refusal.UNKNOWN_ROLE)
    if role in CONFIRMING:
        number = read_registration(registration) if role == "doctor" else None
        what = {"username": username, "name": name, "role": role, "registration": number}
        with context.database.write() as session:
            check_free(session, by.clinic.id, username, name)
            ring = begin(context, session, by, Kind.ACCOUNT, None, what)
        _ring(context, ring)
        return None
    id = add_account(context, by, username, name, role, secrets.token_urlsafe(32))
    return give_link(context, by, id)


def give_link(context: Context, by: Staff, account_id: str) -> str | None:
    """Return a new link to set the password; an earlier one is void.

    Of who may confirm, and has no second factor that would still be asked for, it waits for a
    second person, who gets the link; None is returned.
    """
    ring: list[str] = []
    link = None
    with context.database.write() as session:
        account = _own(session, by, account_id)
        if account.role in CONFIRMING and not has_factor(session, account):
            ring = begin(context, session, by, Kind.LINK, account)
        else:
            _note(context, session, by, "give password link", account)
            link = new_link(context, account)
    _ring(context, ring)
    return link


def change_role(
    context: Context, by: Staff, account_id: str, role: str, registration: str | None = None
) -> None:
    """Let another role of someone's wait for a second person; it holds from then on.

    Whoever becomes a doctor needs a registration number, and gets a certificate to sign with;
    of who is one, the number is changed. Raises ActRefusedError: "unknown-role", "yourself",
    "needs-registration".
    """
    if role not in ROLES:
        raise ActRefusedError(Refusal.UNKNOWN_ROLE)
    with context.database.write() as session:
        account = _own(session, by, account_id)
        if account.id == by.id:
            raise ActRefusedError(Refusal.YOURSELF)
        number = None
        if role == "doctor":
            number = read_registration(registration or account.registration)
        kind = Kind.ROLE if role != account.role else Kind.REGISTRATION
        ring: list[str] = []
        if kind == Kind.ROLE or (number and number != account.registration):
            what = {"role": role, "registration": number}
            ring = begin(context, session, by, kind, account, what)
    _ring(context, ring)


def add_registration(context: Context, by: Staff, registration: str) -> None:
    """Let one's own registration number wait for a second person.

    Raises ActRefusedError("needs-registration"), or "gone" for who is no doctor.
    """
    number = read_registration(registration)
    with context.database.write() as session:
        account = _own(session, by, by.id)
        if account.role != "doctor":
            raise ActRefusedError(Refusal.GONE)
        what = {"role": account.role, "registration": number}
        ring = begin(context, session, by, Kind.REGISTRATION, account, what)
    _ring(context, ring)


def registration_of(context: Context, person: Staff) -> str:
    with context.database.read() as session:
        return session.get_one(Account, person.id).registration or ""


def _ring(context: Context, orders: list[str]) -> None:
    for order in orders:
        context.ring(order)


def disable(context: Context, by: Staff, account_id: str) -> None:
    """Close an account and end its sign-ins at once. One's own stays: someone must be left."""
    with context.database.write() as session:
        account = _own(session, by, account_id)
        if account.id == by.id:
            raise ActRefusedError(Refusal.YOURSELF)
        account.disabled_at = account.disabled_at or context.now()
        end_sign_ins(context, session, account.id)
        drop_of(context, session, by, account.id)
        _note(context, session, by, "disable account", account)


def enable(context: Context, by: Staff, account_id: str) -> None:
    with context.database.write() as session:
        account = _own(session, by, account_id)
        account.disabled_at = None
        forgive(session, code_door(context, account.id))
        _note(context, session, by, "enable account", account)


def reset_second_factor(context: Context, by: Staff, account_id: str) -> None:
    """Let the reset of app, passkeys and recovery codes wait for a second person.

    The next sign-in after it sets up new ones. Nobody begins it for oneself.
    """
    with context.database.write() as session:
        account = _own(session, by, account_id)
        if account.id == by.id:
            raise ActRefusedError(Refusal.YOURSELF)
        ring = begin(context, session, by, Kind.FACTOR, account)
    _ring(context, ring)


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
