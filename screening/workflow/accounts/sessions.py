"""Who works at the clinic: signing in, staying signed in, signing out.

A password alone opens nothing: it starts a sign-in that only lets a second
factor be shown or, at the first time, be set up. workflow/accounts/second_factor.py and
workflow/accounts/passkeys.py complete it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.documents.certificates.authority import Credentials, open_pkcs12
from screening.storage.columns import new_id
from screening.storage.tables import Account, Clinic, Screening, SignIn
from screening.workflow.accounts.browsers import forget_browsers, is_known
from screening.workflow.accounts.hashing import NOBODY, hasher, matches
from screening.workflow.accounts.naming import check_free
from screening.workflow.accounts.tries import (
    SOMEWHERE,
    Source,
    check_door,
    count_try,
    forgive,
    own_door,
    password_door,
)
from screening.workflow.core.actor import STRANGER, Actor, Staff, of_account, program
from screening.workflow.core.context import Context, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into

IDLE = timedelta(minutes=30)
LONGEST_SIGN_IN = timedelta(hours=12)
LONGEST_WAIT = timedelta(minutes=10)  # for the second factor, after the password


def add_account(
    context: Context,
    by: Actor,
    username: str,
    name: str,
    role: str,
    password: str,
    credentials: Credentials | None = None,
    vouched_by: str | None = None,
) -> str:
    """Open an account and return its id. A doctor's `credentials` are stored sealed.

    Raises ActRefusedError: what `check_free` raises.
    """
    hashed = hasher.hash(password)
    with context.database.write() as session:
        account = put_account(context, session, by, username, name, role, hashed, credentials)
        account.vouched_by = vouched_by
    return account.id


def put_account(
    context: Context,
    session: Session,
    by: Actor,
    username: str,
    name: str,
    role: str,
    password_hash: str,
    credentials: Credentials | None = None,
) -> Account:
    """Add an account to the transaction. Raises ActRefusedError: what `check_free` raises."""
    check_free(session, by.clinic_id, username, name)
    account = Account(
        id=new_id(),
        clinic_id=by.clinic_id,
        username=username,
        name=name,
        role=role,
        password_hash=password_hash,
        created_at=context.now(),
    )
    if credentials:
        keep_credentials(context, session, account, credentials)
        account.registration = credentials.registration or None
    session.add(account)
    session.flush()
    context.record(session, by, f"add {role}", why=f"account:{account.id}")
    return account


def sign_in(
    context: Context,
    username: str,
    password: str,
    browser: str = "",
    source: Source = SOMEWHERE,
) -> str:
    """Return the secret of a sign-in that waits for the second factor.

    Raises ActRefusedError: "wrong" or "locked".
    """
    with context.database.read() as session:
        account = session.scalars(select(Account).where(Account.username == username)).first()
        known = account is not None and is_known(context, session, source.browser, account.id)
    right = matches(account.password_hash if account else NOBODY, password)
    at = password_door(context, username, source.address, source.browser if known else "")
    with context.database.write() as session:
        check_door(context, session, at)
        if account is None:
            # What was typed may be a password in the wrong box: it is not noted.
            count_try(context, session, at, STRANGER, "unknown user name")
        else:
            account = session.get_one(Account, account.id, with_for_update=True)
            if right and not account.disabled_at:
                forgive(session, at)
                return start_sign_in(context, session, account, browser)
            count_try(context, session, at, of_account(account), "wrong password")
    raise ActRefusedError(Refusal.WRONG)


def start_sign_in(
    context: Context,
    session: Session,
    account: Account,
    browser: str,
    factor: str | None = None,
) -> str:
    """Add a sign-in, complete when there was a `factor`, and return its secret."""
    secret, now = new_token(), context.now()
    session.add(
        SignIn(
            id=sign_in_id(context, secret),
            account_id=account.id,
            factor=factor,
            browser=browser[:40],
            started_at=now,
            seen_at=now,
        )
    )
    act = f"sign in with {factor}" if factor else "give password"
    context.record(session, of_account(account), act)
    return secret


def sign_in_id(context: Context, secret: str) -> str:
    return context.hash(f"sign-in:{secret}")


def check_password(context: Context, person: Staff, password: str, what: str) -> None:
    """Raise ActRefusedError "wrong", or "locked" after too many misses in a row.

    They count for this sign-in, and for `what` the password is asked alone.
    """
    at = own_door(context, person, what)
    with context.database.read() as session:
        right = matches(session.get_one(Account, person.id).password_hash, password)
    with context.database.write() as session:
        check_door(context, session, at)
        if right:
            forgive(session, at)
        else:
            count_try(context, session, at, person, "wrong password")
    if not right:
        raise ActRefusedError(Refusal.WRONG)


def who_is(context: Context, secret: str) -> Staff | None:
    """Return who is signed in with `secret`, None once that has ended or been idle too long."""
    now = context.now()
    with context.database.read() as session:
        row = session.get(SignIn, sign_in_id(context, secret))
        # A moment ahead of now was noted by a clock that went wrong: it lengthens no sign-in.
        if row is None or row.ended_at or abs(now - row.started_at) > LONGEST_SIGN_IN:
            return None
        account = session.get_one(Account, row.account_id)
        if account.disabled_at or not row.factor or abs(now - row.seen_at) > IDLE:
            return None
        clinic = session.get_one(Clinic, account.clinic_id)
    _note_seen(context, row, now)
    who = of_account(account).who
    given = (account.name, account.role, account.language or "")
    return Staff(who, clinic.id, secret, account.id, clinic, *given)


class Ending(StrEnum):
    """Why a browser is not signed in any more."""

    SIGNED_OUT = "signed-out"
    IDLE = "idle"
    TOO_LONG = "too-long"
    ELSEWHERE = "elsewhere"


def why_ended(context: Context, secret: str | None) -> Ending:
    """Return why the sign-in with `secret` is none now; without one, it was signed out here."""
    with context.database.read() as session:
        row = session.get(SignIn, sign_in_id(context, secret)) if secret else None
    if row is None:
        return Ending.SIGNED_OUT
    if row.ended_at:
        return Ending.ELSEWHERE
    now = context.now()
    return Ending.IDLE if abs(now - row.seen_at) > IDLE else Ending.TOO_LONG


def _note_seen(context: Context, row: SignIn, now: datetime) -> None:
    if now - row.seen_at > timedelta(minutes=1):
        with context.database.write() as session:
            session.get_one(SignIn, row.id).seen_at = now


def sign_out(context: Context, secret: str) -> None:
    """End this sign-in; its cookie is worth nothing from now on."""
    with context.database.write() as session:
        if row := session.get(SignIn, sign_in_id(context, secret)):
            row.ended_at = context.now()
            account = session.get_one(Account, row.account_id)
            context.record(session, of_account(account), "sign out")


def end_sign_ins(context: Context, session: Session, account_id: str, but: str = "") -> int:
    """End every sign-in of the account but the one with the secret `but`; return how many.

    No browser is known for the account any more but that one.
    """
    here = sign_in_id(context, but)
    forget_browsers(session, account_id, here)
    query = select(SignIn).where(
        SignIn.account_id == account_id,
        SignIn.ended_at.is_(None),
        SignIn.id != here,
    )
    rows = session.scalars(query).all()
    for row in rows:
        row.ended_at = context.now()
    return len(rows)


def note_look(context: Context, person: Staff, act: str, screening_id: str = "") -> None:
    """Note in the audit log that someone looked at a list of patients, or at one's screening."""
    with context.database.write() as session:
        about = session.get_one(Screening, screening_id) if screening_id else None
        context.record(session, person, act, about)


def doctor_credentials(context: Context, session: Session, account_id: str) -> Credentials:
    """Return the doctor's signing key. Raises ActRefusedError("no-credentials") without one."""
    account = session.get_one(Account, account_id)
    if account.credentials is None:
        raise ActRefusedError(Refusal.NO_CREDENTIALS)
    pkcs12 = open_sealed(context, session, account, "credentials")
    return open_pkcs12(pkcs12, context.keys.passphrase)


def keep_credentials(
    context: Context, session: Session, account: Account, credentials: Credentials
) -> None:
    """Keep a doctor's signing key sealed, and its certificates so that anyone may read them."""
    pkcs12 = credentials.to_pkcs12(context.keys.passphrase)
    seal_into(context, session, account, "credentials", pkcs12)
    account.certificates = credentials.certificates_pem


def renew_credentials(context: Context, account_id: str, credentials: Credentials) -> None:
    """Give the doctor another signing key; what the earlier one signed stays as it is."""
    with context.database.write() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        keep_credentials(context, session, account, credentials)
        by, whose = program(account.clinic_id), of_account(account).who
        context.record(session, by, "renew certificate", why=whose)
