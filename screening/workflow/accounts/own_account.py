"""What everyone may see and do about the own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from screening.storage.tables import Account, SignIn
from screening.workflow.accounts.sessions import IDLE, LONGEST_SIGN_IN, end_sign_ins, sign_in_id
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.language import known_language


@dataclass(frozen=True)
class SignInEntry:
    """One browser that is signed in; `here` is the one that asks."""

    browser: str
    factor: str
    started_at: datetime
    seen_at: datetime
    here: bool


def list_sign_ins(context: Context, person: Staff) -> list[SignInEntry]:
    """Return where the person is signed in now, last seen first."""
    now, own = context.now(), sign_in_id(context, person.sign_in)
    query = (
        select(SignIn)
        .where(
            SignIn.account_id == person.id,
            SignIn.ended_at.is_(None),
            SignIn.factor.is_not(None),
            SignIn.started_at > now - LONGEST_SIGN_IN,
            SignIn.seen_at > now - IDLE,
        )
        .order_by(SignIn.seen_at.desc())
    )
    with context.database.read() as session:
        return [
            SignInEntry(r.browser, r.factor or "", r.started_at, r.seen_at, r.id == own)
            for r in session.scalars(query)
        ]


def end_other_sign_ins(context: Context, person: Staff) -> int:
    """Sign the person out everywhere but here; return in how many browsers."""
    with context.database.write() as session:
        ended = end_sign_ins(context, session, person.id, but=person.sign_in)
        context.record(session, person, "sign out elsewhere")
    return ended


def choose_language(context: Context, person: Staff, language: str) -> None:
    """Let the desk speak `language` to this person, and with "" what the clinic speaks.

    Raises ActRefusedError("no-language").
    """
    with context.database.write() as session:
        session.get_one(Account, person.id).language = (
            known_language(language) if language else None
        )
        context.record(session, person, "choose language", why=language or None)


def has_app(context: Context, person: Staff) -> bool:
    with context.database.read() as session:
        return session.get_one(Account, person.id).totp is not None
