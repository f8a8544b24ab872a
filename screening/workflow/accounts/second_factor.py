"""The second factor that is typed: a code from an authenticator app, or a recovery code."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Account, AccountChange, Clinic, Passkey, RecoveryCode, SignIn
from screening.workflow.accounts.browsers import is_known
from screening.workflow.accounts.hashing import hasher, matches
from screening.workflow.accounts.sessions import (
    LONGEST_WAIT,
    check_password,
    end_sign_ins,
    sign_in_id,
    start_sign_in,
)
from screening.workflow.accounts.tries import (
    SOMEWHERE,
    Source,
    check_door,
    code_door,
    count_try,
    forgive,
    own_door,
)
from screening.workflow.core.actor import Staff, of_account
from screening.workflow.core.context import Context, as_typed, new_code
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into

STEPS = (-1, 0, 1)  # of 30 seconds that the telephone's clock may be off
RECOVERY_CODES = 10
SITTING = timedelta(minutes=10)  # in which ordinary decisions need no second signature


@dataclass(frozen=True)
class Waiting:
    """Someone who gave the right password and no second factor yet."""

    sign_in: str
    account_id: str
    username: str
    clinic: Clinic
    has_app: bool
    has_passkey: bool

    @property
    def must_set_up(self) -> bool:
        return not (self.has_app or self.has_passkey)


def who_waits(context: Context, secret: str) -> Waiting | None:
    """Return who gave the password in this browser, None ten minutes later."""
    with context.database.read() as session:
        row = session.get(SignIn, sign_in_id(context, secret))
        if row is None or row.ended_at or row.factor:
            return None
        account = session.get_one(Account, row.account_id)
        if account.disabled_at or context.now() - row.started_at > LONGEST_WAIT:
            return None
        return Waiting(
            secret,
            account.id,
            account.username,
            session.get_one(Clinic, account.clinic_id),
            account.totp is not None,
            _has_passkey(session, account.id),
        )


def _has_passkey(session: Session, account_id: str) -> bool:
    query = select(Passkey.id).where(Passkey.account_id == account_id)
    return session.scalars(query).first() is not None


def complete(context: Context, waiting: Waiting, code: str, source: Source = SOMEWHERE) -> str:
    """Return the secret of the full sign-in. Raises ActRefusedError: "wrong" or "locked".

    Who is here knows the password. From a browser that is known the misses count for that
    browser; all others count together, or many addresses would guess codes for ever.
    """
    with context.database.read() as session:
        known = is_known(context, session, source.browser, waiting.account_id)
        at = code_door(context, waiting.account_id, source.browser if known else "")
        check_door(context, session, at)
    recovery = _recovery_code(context, waiting.account_id, code)
    with context.database.write() as session:
        account = session.get_one(Account, waiting.account_id, with_for_update=True)
        check_door(context, session, at)
        if _use_code(context, session, account, code):
            forgive(session, at)
            return promote(context, session, account, waiting.sign_in, "code")
        if recovery and _use_recovery_code(context, session, recovery):
            forgive(session, at)
            return promote(context, session, account, waiting.sign_in, "recovery-code")
        count_try(context, session, at, of_account(account), "wrong code")
    raise ActRefusedError(Refusal.WRONG)


def promote(context: Context, session: Session, account: Account, waiting: str, factor: str) -> str:
    """End the sign-in that waited and start the full one, with a secret of its own."""
    row = session.get_one(SignIn, sign_in_id(context, waiting))
    if row.ended_at or account.disabled_at:
        raise ActRefusedError(Refusal.WRONG)
    row.ended_at = context.now()
    return start_sign_in(context, session, account, row.browser, factor)


def confirm(context: Context, person: Staff, secret: str, what: str) -> None:
    """Make sure that it is still this person: a fresh code of the app, or the password.

    Misses count for this sign-in and for `what` it is asked alone. Raises ActRefusedError:
    "wrong" or "locked".
    """
    at = own_door(context, person, what)
    if len(secret.strip()) == 6 and secret.strip().isdecimal():
        with context.database.write() as session:
            account = session.get_one(Account, person.id, with_for_update=True)
            check_door(context, session, at)
            if _use_code(context, session, account, secret):
                forgive(session, at)
                return
    check_password(context, person, secret, what)


def confirm_in_sitting(
    context: Context, person: Staff, secret: str, each_time: bool = False
) -> None:
    """Make sure that it is still this person: once in SITTING of one sign-in, or `each_time`.

    A secret that is given is looked at, needed or not. Raises ActRefusedError:
    "needs-signature" where one is needed, "restored" where nobody has confirmed the accounts
    of a restored clinic, and what `confirm` raises.
    """
    with context.database.read() as session:
        if is_restored(session, person.clinic.id):
            raise ActRefusedError(Refusal.RESTORED)
    if secret.strip():
        confirm(context, person, secret, "signing")
        with context.database.write() as session:
            row = session.get_one(SignIn, sign_in_id(context, person.sign_in))
            row.confirmed_at = context.now()
    elif each_time or not confirmed_lately(context, person):
        raise ActRefusedError(Refusal.NEEDS_SIGNATURE)


def is_restored(session: Session, clinic_id: str) -> bool:
    """Tell whether the clinic was restored and nobody there has confirmed its accounts yet."""
    query = select(AccountChange.id).where(
        AccountChange.clinic_id == clinic_id,
        AccountChange.kind == "restored",
        AccountChange.state == "waiting",
    )
    return session.scalars(query).first() is not None


def confirmed_lately(context: Context, person: Staff) -> bool:
    """Return whether the person gave a password or a code in this sitting, a short while ago."""
    with context.database.read() as session:
        row = session.get(SignIn, sign_in_id(context, person.sign_in))
    at = row.confirmed_at if row else None
    return at is not None and timedelta(0) <= context.now() - at < SITTING


def _use_code(context: Context, session: Session, account: Account, code: str) -> bool:
    """Tell whether `code` is one of the app's that was not used before, and use it up."""
    if account.totp is None:
        return False
    secret = open_sealed(context, session, account, "totp").decode()
    if counter := _counter(context, secret, code, account.totp_counter or 0):
        account.totp_counter = counter
    return bool(counter)


def _counter(context: Context, secret: str, code: str, after: int) -> int | None:
    """Return the counter that `code` belongs to, None for a wrong or an older code."""
    totp, typed = pyotp.TOTP(secret), "".join(code.split()).encode()
    here = totp.timecode(context.now())
    for counter in (here + step for step in STEPS):
        if counter > after and hmac.compare_digest(totp.generate_otp(counter).encode(), typed):
            return counter
    return None


def _recovery_code(context: Context, account_id: str, code: str) -> str | None:
    """Return which of the unused recovery codes was typed; looked for outside the writer's turn."""
    typed = as_typed(code)
    if len(typed) != len(new_code()):
        return None
    query = select(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    with context.database.read() as session:
        rows = session.scalars(query).all()
    return next((row.id for row in rows if matches(row.code_hash, typed)), None)


def _use_recovery_code(context: Context, session: Session, id: str) -> bool:
    """Use the code up; tell whether nobody did so, or made it void, meanwhile."""
    row = session.get(RecoveryCode, id, with_for_update=True, populate_existing=True)
    if row is None or row.used_at:
        return False
    row.used_at = context.now()
    return True


def offer_app(context: Context, account_id: str) -> str:
    """Return the address that an authenticator app reads; it counts once a code confirms it.

    Asked again before that, it is the same, so that a page may be loaded twice.
    """
    with context.database.write() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        clinic = session.get_one(Clinic, account.clinic_id)
        if account.totp_offer is None:
            seal_into(context, session, account, "totp_offer", pyotp.random_base32().encode())
        secret = open_sealed(context, session, account, "totp_offer").decode()
        return pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=clinic.name)


def accept_app(context: Context, account_id: str, code: str, here: str = "") -> None:
    """Put the offered app in the place of any earlier one. Raises ActRefusedError("wrong").

    Every sign-in ends but the one with the secret `here`.
    """
    with context.database.write() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        _accept(context, session, account, code)
        end_sign_ins(context, session, account_id, but=here)


def _accept(context: Context, session: Session, account: Account, code: str) -> None:
    if account.totp_offer is None:
        raise ActRefusedError(Refusal.WRONG)
    secret = open_sealed(context, session, account, "totp_offer").decode()
    counter = _counter(context, secret, code, 0)
    if counter is None:
        raise ActRefusedError(Refusal.WRONG)
    account.totp, account.totp_offer, account.totp_counter = account.totp_offer, None, counter
    context.record(session, of_account(account), "set up authenticator app")


def set_up(context: Context, waiting: Waiting, code: str) -> str:
    """Take the app as the first second factor and return the secret of the full sign-in.

    Raises ActRefusedError: "wrong", or "not-first" where there is a second factor.
    """
    with context.database.write() as session:
        account = locked_newcomer(session, waiting)
        _accept(context, session, account, code)
        return promote(context, session, account, waiting.sign_in, "code")


def locked_newcomer(session: Session, waiting: Waiting) -> Account:
    """Return the account that has no second factor yet. Raises ActRefusedError("not-first")."""
    account = session.get_one(Account, waiting.account_id, with_for_update=True)
    if account.totp or _has_passkey(session, account.id):
        raise ActRefusedError(Refusal.NOT_FIRST)
    return account


def renew_recovery_codes(context: Context, person: Staff) -> list[str]:
    """Return ten new codes, shown only now; the old ones are void."""
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    rows = [
        RecoveryCode(id=new_id(), account_id=person.id, code_hash=hasher.hash(code))
        for code in codes
    ]
    with context.database.write() as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == person.id))
        session.add_all(rows)
        end_sign_ins(context, session, person.id, but=person.sign_in)
        context.record(session, person, "renew recovery codes")
    return codes


def recovery_codes_left(context: Context, account_id: str) -> int:
    query = (
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    )
    with context.database.read() as session:
        return session.scalar(query) or 0
