"""What someone at work typed and did not send: kept for a day, for this account alone.

It outlives the sign-in, so that whoever signs in again finds it where it was typed.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from screening.storage.tables import Account, SignIn
from screening.workflow.accounts.sessions import LONGEST_SIGN_IN, sign_in_id
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.unfinished import LASTS, Pages, Typed, drop, lasting, put


def read_unfinished(context: Context, account_id: str) -> Pages:
    with context.database.read() as session:
        return _pages(context, session, session.get_one(Account, account_id))


def _pages(context: Context, session: Session, account: Account) -> Pages:
    return lasting(open_sealed(context, session, account, "unfinished") or {}, context.now())


def keep_unfinished(context: Context, account_id: str, page: str, form: str, typed: Typed) -> Pages:
    """Keep what stands in a form of `page`, and return all that is kept."""
    with context.database.write() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        pages = put(_pages(context, session, account), page, form, typed)
        seal_into(context, session, account, "unfinished", pages)
    return pages


def forget_unfinished(context: Context, account_id: str, page: str, form: str = "") -> None:
    """A form of `page` was sent and taken: what was kept of it ends."""
    with context.database.write() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        pages = drop(_pages(context, session, account), page, form)
        seal_into(context, session, account, "unfinished", pages or None)


def account_that_was_in(context: Context, secret: str) -> str | None:
    """Return whose sign-in has just ended in this browser: what is typed there is still theirs."""
    with context.database.read() as session:
        row = session.get(SignIn, sign_in_id(context, secret)) if secret else None
    if row is None or not row.factor:
        return None
    recent = abs(context.now() - row.started_at) < LONGEST_SIGN_IN + LASTS
    return row.account_id if recent else None
