"""The keys with which other programs act for a clinic: made, listed, revoked, looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from screening.storage.columns import new_id
from screening.storage.tables import Account, ApiKey, Clinic
from screening.workflow.core.actor import LONGEST_NAME, Actor, ApiClient, Staff, of_api_key
from screening.workflow.core.context import Context, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal

PREFIX = "screening_"  # by which scanners for secrets know one that was left in a file
NOTED_EVERY = timedelta(hours=1)  # a write for each request would cost more than it says


class Scope(StrEnum):
    """What a key lets a program do."""

    INVITE = "invite"  # open, move and withdraw screenings, send their links, note treatments
    LINKS = "links"  # get a patient's personal link itself
    STATUS = "status"  # states, appointments and the operational words
    CLINICAL = "clinical"  # verdicts, answers, decisions, reports, check-ins
    WEBHOOKS = "webhooks"  # say where to send news


@dataclass(frozen=True)
class KeyEntry:
    """One line of the list of keys; the key itself is known to nobody here."""

    id: str
    name: str
    scopes: tuple[str, ...]
    made_by: str | None
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def make_key(context: Context, by: Actor, name: str, scopes: list[str]) -> str:
    """Add a key of the actor's clinic and return it, the only time that it is seen.

    Raises ActRefusedError: "unknown-scope", also for none, and "no-name".
    """
    if not scopes or not set(scopes) <= set(Scope):
        raise ActRefusedError(Refusal.UNKNOWN_SCOPE)
    if not name.strip():
        raise ActRefusedError(Refusal.NO_NAME)
    assert by.clinic_id
    secret, id = PREFIX + new_token(), new_id()
    with context.database.write() as session:
        row = ApiKey(id=id, clinic_id=by.clinic_id, name=name.strip()[:LONGEST_NAME])
        row.key_hash, row.created_at = context.hash(f"api-key:{secret}"), context.now()
        row.scopes = " ".join(scope for scope in Scope if scope in scopes)
        row.account_id = by.id if isinstance(by, Staff) else None
        session.add(row)
        context.record(session, by, "make api key", why=id)
    return secret


def revoke_key(context: Context, by: Actor, key_id: str) -> None:
    """End a key at once; what was made with it stays."""
    with context.database.write() as session:
        row = session.get(ApiKey, key_id)
        if row is None or row.clinic_id != by.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        if row.revoked_at is None:
            row.revoked_at = context.now()
            context.record(session, by, "revoke api key", why=row.id)


def list_keys(context: Context, by: Actor) -> list[KeyEntry]:
    """Return the clinic's keys, the newest first, revoked ones too."""
    query = (
        select(ApiKey, Account.name)
        .outerjoin(Account, Account.id == ApiKey.account_id)
        .where(ApiKey.clinic_id == by.clinic_id)
        .order_by(ApiKey.created_at.desc())
    )
    with context.database.read() as session:
        return [
            KeyEntry(
                row.id,
                row.name,
                tuple(row.scopes.split()),
                made_by,
                row.created_at,
                row.used_at,
                row.revoked_at,
            )
            for row, made_by in session.execute(query)
        ]


def client_of(context: Context, secret: str) -> ApiClient | None:
    """Return the program that holds this key; None for one that is unknown or revoked."""
    now = context.now()
    with context.database.read() as session:
        query = select(ApiKey).where(ApiKey.key_hash == context.hash(f"api-key:{secret}"))
        row = session.scalars(query).first()
        if row is None or row.revoked_at is not None:
            return None
        client = of_api_key(row, session.get_one(Clinic, row.clinic_id))
        noted = row.used_at is not None and now - row.used_at < NOTED_EVERY
    if not noted:
        with context.database.write() as session:
            session.get_one(ApiKey, client.id).used_at = now
    return client
