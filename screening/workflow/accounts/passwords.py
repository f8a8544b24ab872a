"""Passwords: what may be one, changing one's own, setting one by a link that works once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.tables import Account
from screening.workflow.accounts.sessions import check_password, end_sign_ins, hasher
from screening.workflow.core.actor import Staff, of_account
from screening.workflow.core.context import Context, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal

SHORTEST, LONGEST = 12, 128
LINK_LASTS = timedelta(days=3)
# What people choose when twelve characters are asked for: these words, each filled up
# with digits, signs and repetition. A long list would hold few more of that length.
COMMON = frozenset(
    """
    password passwort motdepasse qwerty qwertz azerty asdfgh zxcvbn letmein welcome iloveyou
    changeme admin administrator login user guest test default master secret trustno monkey
    dragon football baseball superman batman princess sunshine shadow summer winter spring
    autumn hello clinic doctor reception screening qwertyuiop qwertyuiopasdfgh asdfghjkl qazwsx
    qazwsxedc onetwothree abc abcd abcdef abcdefgh abcdefghijkl
    """.split()  # noqa: SIM905
)
LOOKS_LIKE = str.maketrans("@4301!$57", "aaeoiisst")


def check_new(password: str, *names: str) -> None:
    """Raise ActRefusedError: "too-short", "too-long", "common"; `names` are the person's own."""
    if len(password) < SHORTEST:
        raise ActRefusedError(Refusal.TOO_SHORT)
    if len(password) > LONGEST:
        raise ActRefusedError(Refusal.TOO_LONG)
    known = COMMON | {part for name in names for part in name.casefold().split()}
    if _core(password) in known | {""} or len(set(password)) < 5:
        raise ActRefusedError(Refusal.COMMON)


def _core(password: str) -> str:
    """Return the word that is left without digits and signs around it or repetition."""
    plain = password.casefold()
    word = plain.strip("0123456789 !?.,;:-_#*+@$%&()=")
    word = word.translate(LOOKS_LIKE)
    letters = "".join(c for c in word if c.isalpha())
    for length in range(1, len(letters) // 2 + 1):
        if len(letters) % length == 0 and letters[:length] * (len(letters) // length) == letters:
            return letters[:length]
    return letters


def change_password(context: Context, person: Staff, old: str, new: str) -> None:
    """Change one's own password and sign out everywhere else.

    Raises ActRefusedError: "wrong" or "locked" for the old one, or what `check_new` says.
    """
    check_password(context, person.id, old)
    hashed = hasher.hash(new[:LONGEST])
    with context.database.write() as session:
        account = session.get_one(Account, person.id, with_for_update=True)
        check_new(new, account.username, account.name)
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


def set_password(context: Context, link: str, new: str) -> None:
    """Set the password and use the link up; whoever was signed in there is signed out.

    Raises ActRefusedError: what `follow_link` raises, or what `check_new` says.
    """
    hashed = hasher.hash(new[:LONGEST])
    with context.database.write() as session:
        account = _account(context, session, link)
        check_new(new, account.username, account.name)
        account.password_hash, account.link_hash, account.link_expires_at = hashed, None, None
        account.misses, account.locked_until = 0, None
        end_sign_ins(context, session, account.id)
        context.record(session, of_account(account), "set password by link")


def _account(context: Context, session: Session, link: str) -> Account:
    query = select(Account).where(Account.link_hash == context.hash(f"password:{link}"))
    account = session.scalars(query.with_for_update()).first()
    if account is None or account.disabled_at or account.link_expires_at is None:
        raise ActRefusedError(Refusal.GONE)
    if context.now() >= account.link_expires_at:
        raise ActRefusedError(Refusal.LINK_EXPIRED)
    return account
