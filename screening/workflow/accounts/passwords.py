"""Passwords: what may be one, changing one's own, setting one by a link that works once."""

from __future__ import annotations

from datetime import timedelta

from anyascii import anyascii
from sqlalchemy import select
from sqlalchemy.orm import Session
from zxcvbn_rs_py import zxcvbn

from screening.storage.tables import Account, Clinic
from screening.workflow.accounts.hashing import hasher
from screening.workflow.accounts.sessions import check_password, end_sign_ins
from screening.workflow.accounts.tries import SOMEWHERE, Source, forgive, password_door
from screening.workflow.core.actor import Staff, of_account
from screening.workflow.core.context import Context, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.patients.names import fold

SHORTEST, LONGEST = 12, 128
LINK_LASTS = timedelta(days=3)
ENOUGH = 4  # of zxcvbn's grades: more than ten thousand million guesses
# Beside its lists and the names: what is at hand in every clinic, and the best known example.
AT_HAND = (
    *("screening", "clinic", "doctor", "reception", "treatment", "filler", "hyaluronic"),
    *("correct horse battery staple", "correcthorsebatterystaple"),
)
# What the same keys write on a Russian keyboard: who types "qwerty" there chose no other word.
KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")


def check_new(password: str, *names: str) -> None:
    """Raise ActRefusedError: "too-short", "too-long", or "common" where others guess it.

    `names` are the person's own and the clinic's. It is judged as typed, as it sounds in
    Latin letters, and by its keys: whoever guesses tries words of every language.
    """
    if len(password) < SHORTEST:
        raise ActRefusedError(Refusal.TOO_SHORT)
    if len(password) > LONGEST:
        raise ActRefusedError(Refusal.TOO_LONG)
    forms = [form for name in names for form in (name, *name.split(), *fold(name))]
    own = [*AT_HAND, *(form for form in forms if len(form) > 1)]
    for written in {password, anyascii(password), password.casefold().translate(KEYS)}:
        if int(zxcvbn(written, own).score) < ENOUGH:
            raise ActRefusedError(Refusal.COMMON)


def change_password(context: Context, person: Staff, old: str, new: str) -> None:
    """Change one's own password and sign out everywhere else.

    Raises ActRefusedError: "wrong" or "locked" for the old one, or what `check_new` says.
    """
    check_password(context, person, old, "account")
    hashed = hasher.hash(new[:LONGEST])
    with context.database.write() as session:
        account = session.get_one(Account, person.id, with_for_update=True)
        check_new(new, account.username, account.name, person.clinic.name)
        account.password_hash = hashed
        end_sign_ins(context, session, person.id, but=person.sign_in)
        context.record(session, person, "change password")


def new_link(context: Context, account: Account) -> str:
    """Return a secret that sets the account's password once, within three days."""
    link = new_token()
    account.link_hash = context.hash(f"password:{link}")
    account.link_expires_at = context.now() + LINK_LASTS
    return link


def follow_link(context: Context, link: str) -> str:
    """Return the user name that `link` is for. Raises ActRefusedError: "gone", "link-expired"."""
    with context.database.read() as session:
        return _account(context, session, link).username


def set_password(context: Context, link: str, new: str, source: Source = SOMEWHERE) -> None:
    """Set the password and use the link up; whoever was signed in there is signed out.

    Wrong ones from this address are forgotten.

    Raises ActRefusedError: what `follow_link` raises, or what `check_new` says.
    """
    hashed = hasher.hash(new[:LONGEST])
    with context.database.write() as session:
        account = _account(context, session, link)
        clinic = session.get_one(Clinic, account.clinic_id)
        check_new(new, account.username, account.name, clinic.name)
        account.password_hash, account.link_hash, account.link_expires_at = hashed, None, None
        end_sign_ins(context, session, account.id)
        forgive(session, password_door(context, account.username, source.address))
        context.record(session, of_account(account), "set password by link")


def _account(context: Context, session: Session, link: str) -> Account:
    query = select(Account).where(Account.link_hash == context.hash(f"password:{link}"))
    account = session.scalars(query.with_for_update()).first()
    if account is None or account.disabled_at or account.link_expires_at is None:
        raise ActRefusedError(Refusal.GONE)
    if context.now() >= account.link_expires_at:
        raise ActRefusedError(Refusal.LINK_EXPIRED)
    return account
