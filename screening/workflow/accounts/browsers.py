"""Browsers that someone has signed in with before, second factor and all.

Such a browser is known by a lasting secret, and its tries are counted for itself: what
strangers try elsewhere never stops it. The secret opens nothing. It changes with every
sign-in, so that a copy of the cookie is worth nothing from the next one on.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from screening.storage.tables import SignIn
from screening.workflow.core.context import Context, new_token

KNOWN_FOR = timedelta(days=90)


def browser_hash(context: Context, secret: str) -> str:
    return context.hash(f"browser:{secret}")


def is_known(context: Context, session: Session, secret: str, account_id: str = "") -> bool:
    """Tell whether someone, or the owner of `account_id`, finished signing in with this browser."""
    if not secret:
        return False
    query = select(SignIn.id).where(
        SignIn.browser_hash == browser_hash(context, secret),
        SignIn.factor.is_not(None),
        SignIn.started_at > context.now() - KNOWN_FOR,
    )
    if account_id:
        query = query.where(SignIn.account_id == account_id)
    return session.scalars(query.limit(1)).first() is not None


def known_browser(context: Context, secret: str) -> str | None:
    """Return what a known browser is counted under, None for any other."""
    if not secret:
        return None
    with context.database.read() as session:
        known = is_known(context, session, secret)
    return browser_hash(context, secret) if known else None


def know_browser(context: Context, sign_in_id: str, before: str) -> str:
    """Return the secret by which the browser of this sign-in is known from now on.

    Whoever else signed in there stays known under it; `before` was the secret until now.
    """
    secret = new_token()
    new = browser_hash(context, secret)
    with context.database.write() as session:
        if before:
            old = SignIn.browser_hash == browser_hash(context, before)
            session.execute(update(SignIn).where(old).values(browser_hash=new))
        session.get_one(SignIn, sign_in_id).browser_hash = new
    return secret


def forget_browsers(session: Session, account_id: str, but: str) -> None:
    """Let no browser be known for this account any more, but that of the sign-in `but`."""
    others = (SignIn.account_id == account_id, SignIn.id != but)
    session.execute(update(SignIn).where(*others).values(browser_hash=None))
