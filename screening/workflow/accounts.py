"""Who works at the clinic: signing in, staying signed in, signing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.documents.authority import Credentials
from screening.storage.encryption import open_bytes, seal_bytes
from screening.storage.tables import Account, Clinic, SignIn, new_id
from screening.workflow.workplace import ActRefusedError, Workplace, new_token

MOST_MISSES = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
LONGEST_SIGN_IN = timedelta(hours=12)
ROLES = ("receptionist", "doctor", "clinical-lead", "administrator")

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Spent on an unknown name, so that the time to answer does not tell who exists.
NOBODY = hasher.hash("nobody")


@dataclass(frozen=True)
class Person:
    """Someone signed in, and where."""

    sign_in: str
    id: str
    clinic: Clinic
    name: str
    role: str

    @property
    def who(self) -> str:
        return f"account:{self.id}"


def add_account(
    place: Workplace,
    clinic_id: str,
    username: str,
    name: str,
    role: str,
    password: str,
    credentials: Credentials | None = None,
) -> str:
    """Open an account and return its id. A doctor's `credentials` are stored sealed."""
    id = new_id()
    with place.database.write() as session:
        sealed = None
        if credentials:
            key = place.clinic_key(session.get_one(Clinic, clinic_id))
            pkcs12 = credentials.to_pkcs12(place.keys.passphrase)
            sealed = seal_bytes(key, pkcs12, f"credentials:{id}")
        session.add(
            Account(
                id=id,
                clinic_id=clinic_id,
                username=username,
                name=name,
                role=role,
                password_hash=hasher.hash(password),
                credentials=sealed,
                created_at=place.now(),
            )
        )
        place.record(session, "program", f"add {role}", clinic_id=clinic_id)
    return id


def sign_in(place: Workplace, username: str, password: str) -> str:
    """Return the secret of a new sign-in. Raises ActRefusedError: "wrong" or "locked"."""
    with place.database.read() as session:
        account = session.scalars(select(Account).where(Account.username == username)).first()
    if account is None or account.disabled_at:
        _matches(NOBODY, password)
        raise ActRefusedError("wrong")
    check_password(place, account.id, password)
    secret, now = new_token(), place.now()
    with place.database.write() as session:
        session.add(
            SignIn(
                id=place.hash(f"sign-in:{secret}"),
                account_id=account.id,
                started_at=now,
                seen_at=now,
            )
        )
        place.record(session, f"account:{account.id}", "sign in", clinic_id=account.clinic_id)
    return secret


def check_password(place: Workplace, account_id: str, password: str) -> None:
    """Raise ActRefusedError "wrong", or "locked" after five misses in a row."""
    with place.database.read() as session:
        account = session.get_one(Account, account_id)
    now, who = place.now(), f"account:{account_id}"
    if account.locked_until and now < account.locked_until:
        raise ActRefusedError("locked")
    right = _matches(account.password_hash, password)
    if right and not account.misses:
        return
    with place.database.write() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        account.misses = 0 if right else account.misses + 1
        if not right:
            place.record(session, who, "wrong password", clinic_id=account.clinic_id)
        if account.misses >= MOST_MISSES:
            account.misses, account.locked_until = 0, now + LOCKED_FOR
            place.record(session, who, "lock account", clinic_id=account.clinic_id)
    if not right:
        raise ActRefusedError("wrong")


def _matches(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except Argon2Error:
        return False


def who_is(place: Workplace, secret: str) -> Person | None:
    """Return who is signed in with `secret`, None once that has ended or been idle too long."""
    now = place.now()
    with place.database.read() as session:
        row = session.get(SignIn, place.hash(f"sign-in:{secret}"))
        if row is None or row.ended_at or now - row.started_at > LONGEST_SIGN_IN:
            return None
        account = session.get_one(Account, row.account_id)
        if account.disabled_at or now - row.seen_at > IDLE:
            return None
        clinic = session.get_one(Clinic, account.clinic_id)
    _note_seen(place, row, now)
    return Person(secret, account.id, clinic, account.name, account.role)


def _note_seen(place: Workplace, row: SignIn, now: datetime) -> None:
    if now - row.seen_at > timedelta(minutes=1):
        with place.database.write() as session:
            session.get_one(SignIn, row.id).seen_at = now


def sign_out(place: Workplace, secret: str) -> None:
    """End this sign-in; its cookie is worth nothing from now on."""
    with place.database.write() as session:
        if row := session.get(SignIn, place.hash(f"sign-in:{secret}")):
            row.ended_at = place.now()
            place.record(session, f"account:{row.account_id}", "sign out")


def doctor_credentials(place: Workplace, session: Session, account_id: str) -> Credentials:
    """Return the doctor's signing key. Raises ActRefusedError("no-credentials") without one."""
    account = session.get_one(Account, account_id)
    if account.credentials is None:
        raise ActRefusedError("no-credentials")
    key = place.clinic_key(session.get_one(Clinic, account.clinic_id))
    pkcs12 = open_bytes(key, account.credentials, f"credentials:{account.id}")
    return Credentials.from_pkcs12(pkcs12, place.keys.passphrase)
