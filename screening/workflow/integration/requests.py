"""A request under an Idempotency-Key is carried out once and answered the same again.

The key is claimed before the act, and what the act makes or answers is written down in the
act's own transaction: who dies in between leaves a claim that says so, and one that made
nothing may be carried out anew once its lease has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Request, Screening
from screening.workflow.core.actor import ApiClient
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into

LONGEST_KEY = 255
LEASE = timedelta(minutes=1)
KEPT = timedelta(days=7)  # a caller that tries for longer reads first what there is


@dataclass(frozen=True)
class Claim:
    """A key that is ours: `answer` was given before, `screening_id` made before, or neither."""

    id: str
    answer: dict[str, Any] | None = None
    screening_id: str | None = None

    def made(self, session: Session, screening: Screening) -> None:
        """Write down what the request has made, in the transaction that makes it."""
        session.get_one(Request, self.id).screening_id = screening.id


def claim(context: Context, by: ApiClient, key: str, request: bytes) -> Claim:
    """Take this key for this request. Raises ActRefusedError: "key-reused", "under-way"."""
    key_hash = context.hash(f"request-key:{by.id}:{key}")
    request_hash = context.hash(f"request:{by.id}:{request.hex()}")
    try:
        with context.database.write() as session:
            query = select(Request).where(Request.api_key_id == by.id, Request.key_hash == key_hash)
            if row := session.scalars(query.with_for_update()).first():
                return _again(context, session, row, request_hash)
            id, now = new_id(), context.now()
            row = Request(id=id, api_key_id=by.id, clinic_id=by.clinic.id, key_hash=key_hash)
            row.request_hash, row.created_at = request_hash, now
            session.add(row)
            session.execute(delete(Request).where(Request.created_at < now - KEPT))
            return Claim(id)
    except IntegrityError as error:  # another process was first, a moment ago
        raise ActRefusedError(Refusal.UNDER_WAY) from error


def _again(context: Context, session: Session, row: Request, request_hash: str) -> Claim:
    if row.request_hash != request_hash:
        raise ActRefusedError(Refusal.KEY_REUSED)
    if row.answer is not None:
        return Claim(row.id, open_sealed(context, session, row, "answer"), row.screening_id)
    if context.now() - row.created_at < LEASE:
        raise ActRefusedError(Refusal.UNDER_WAY)
    row.created_at = context.now()
    return Claim(row.id, None, row.screening_id)


def keep_answer(
    context: Context, held: Claim, screening_id: str | None, answer: dict[str, Any]
) -> None:
    """Keep what the request was answered, unless the act has done so itself."""
    with context.database.write() as session:
        _keep(context, session, held, screening_id, answer)


def kept_with(
    context: Context,
    held: Claim | None,
    screening_id: str | None,
    tell: Callable[..., dict[str, Any]],
) -> Callable[..., None] | None:
    """Return what keeps the answer in the act's own transaction, where it cannot be read again.

    `tell` makes the answer of what the act hands over after its session.
    """
    if held is None:
        return None

    def keep(session: Session, *made: str) -> None:
        _keep(context, session, held, screening_id, tell(*made))

    return keep


def _keep(
    context: Context,
    session: Session,
    held: Claim,
    screening_id: str | None,
    answer: dict[str, Any],
) -> None:
    """Seal the answer with the key of its screening, or of the clinic where it is about none."""
    row = session.get(Request, held.id)
    if row is not None and row.answer is None:
        row.screening_id = screening_id
        seal_into(context, session, row, "answer", answer)


def let_go(context: Context, held: Claim) -> None:
    """Give a key back whose request was refused: mended, it may be sent again."""
    with context.database.write() as session:
        nothing = (Request.id == held.id, Request.screening_id.is_(None))
        session.execute(delete(Request).where(*nothing))
