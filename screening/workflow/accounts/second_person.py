"""What one person begins about accounts waits until a second one of the clinic confirms it.

So nobody alone makes a doctor, a role or a way in. Nobody confirms what they began or what
concerns themselves. Where nobody is left who may, a command on the server stands in for the
second person, and a doctor's certificate says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Account, AccountChange, Clinic, Passkey
from screening.workflow.accounts.making import Changed, Kind, carry_out, prepare
from screening.workflow.accounts.second_factor import confirm as confirm_who
from screening.workflow.core.actor import PROGRAM, Actor, Staff, program
from screening.workflow.core.context import Context, Vault
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.mail.notices import note, order_notice

CONFIRMING = ("administrator", "doctor")
LASTS = timedelta(days=14)
NOTHING: Mapping[str, str | None] = {}
SHOWN_FOR = timedelta(days=14)  # what was settled, to the doctors


@dataclass(frozen=True)
class Entry:
    """A change that waits or was settled, and who is who in it. `may` says: confirm it here."""

    id: str
    kind: str
    name: str
    role: str | None
    registration: str | None
    begun_by: str
    begun_at: datetime
    state: str
    settled_by: str
    settled_at: datetime | None
    may: bool
    others: int


def begin(
    context: Context,
    session: Session,
    by: Actor,
    kind: Kind,
    account: Account | None = None,
    what: Mapping[str, str | None] = NOTHING,
) -> list[str]:
    """Let a change wait, in the place of one of its kind that waits; return what to ring for."""
    row = AccountChange(id=new_id(), clinic_id=by.clinic_id, kind=kind, state="waiting", **what)
    row.begun_by, row.begun_at = by.who, context.now()
    if account:
        row.account_id = account.id
        same = (AccountChange.account_id == account.id, AccountChange.kind == kind)
        _drop(context, session, by, *same)
    session.add(row)
    session.flush()
    context.record(session, by, f"begin {kind}", why=_about(row))
    return order_notice(context, session, row)


def _about(row: AccountChange) -> str:
    return f"account:{row.account_id}" if row.account_id else row.id


def drop_of(context: Context, session: Session, by: Actor, account_id: str) -> None:
    """Drop what waits about an account that is closed, and what its owner began."""
    began = AccountChange.begun_by == f"account:{account_id}"
    _drop(context, session, by, or_(AccountChange.account_id == account_id, began))


def _drop(context: Context, session: Session, by: Actor, *which: object) -> None:
    waits = (AccountChange.state == "waiting", *which)
    values = {"state": "dropped", "settled_by": by.who, "settled_at": context.now()}
    session.execute(update(AccountChange).where(*waits).values(**values))  # type: ignore[arg-type]


def list_changes(context: Context, person: Staff) -> list[Entry]:
    """Return what waits at the clinic, then what was settled lately, the newest first."""
    query = select(AccountChange).where(AccountChange.clinic_id == person.clinic.id)
    lately = context.now() - SHOWN_FOR
    waits, settled = AccountChange.state == "waiting", AccountChange.settled_at > lately
    lasts = or_(AccountChange.begun_at > lately, AccountChange.kind == Kind.RESTORED)
    query = query.where(or_(waits & lasts, settled))
    with context.database.read() as session:
        rows = session.scalars(query.order_by(AccountChange.begun_at.desc())).all()
        people = session.scalars(select(Account).where(Account.clinic_id == person.clinic.id)).all()
        able = _able(session, person.clinic.id)
    names = {f"account:{one.id}": one.name for one in people}
    entries = [
        Entry(
            row.id,
            row.kind,
            row.name or names.get(f"account:{row.account_id}", ""),
            row.role,
            row.registration,
            names.get(row.begun_by, ""),
            row.begun_at,
            row.state,
            names.get(row.settled_by or "", ""),
            row.settled_at,
            row.state == "waiting" and _may(row, person.id) and person.id in able,
            sum(_may(row, id) for id in able),
        )
        for row in rows
    ]
    return sorted(entries, key=lambda entry: entry.state != "waiting")


def waiting_change(context: Context, person: Staff, change_id: str) -> Entry:
    """Return one change that waits. Raises what `confirm` raises before it asks who it is."""
    with context.database.read() as session:
        _confirmable(context, session, person, change_id)
    return next(entry for entry in list_changes(context, person) if entry.id == change_id)


def to_confirm(context: Context, person: Staff) -> int:
    """Return how many changes wait for this very person."""
    if person.role not in CONFIRMING:
        return 0
    return sum(entry.may for entry in list_changes(context, person))


def confirm(context: Context, by: Staff, change_id: str, secret: str) -> Changed:
    """Carry a change out as the second person, who gives a password or a code.

    Raises ActRefusedError: "settled", "closed", "yourself", or what the change itself raises.
    """
    with context.database.read() as session:
        _confirmable(context, session, by, change_id)
    confirm_who(context, by, secret, "second person")
    return _settle(context, by, change_id, alone=False)


def _confirmable(context: Context, session: Session, by: Staff, change_id: str) -> None:
    row = _waiting(context, session, change_id, by.clinic.id)
    if not _may(row, by.id) or by.id not in _able(session, by.clinic.id):
        raise ActRefusedError(Refusal.YOURSELF)


def confirm_on_server(context: Context, clinic_id: str, change_id: str) -> Changed:
    """Carry a change out by a command, where nobody at the clinic may confirm it.

    Raises ActRefusedError: "others-confirm" where somebody may, and what `confirm` raises.
    """
    with context.database.read() as session:
        row = _waiting(context, session, change_id, clinic_id)
        if any(_may(row, id) for id in _able(session, clinic_id)):
            raise ActRefusedError(Refusal.OTHERS_CONFIRM)
    return _settle(context, program(clinic_id), change_id, alone=True)


def _settle(context: Context, by: Actor, change_id: str, alone: bool) -> Changed:
    assert by.clinic_id
    with context.database.read() as session:
        row = _waiting(context, session, change_id, by.clinic_id)
        prepared = prepare(context, session, row, alone)  # slow: outside the writer's turn
    with context.database.write() as session:
        row = _waiting(context, session, change_id, by.clinic_id)
        changed = carry_out(context, session, by, row, prepared)
        row.state, row.settled_by, row.settled_at = "confirmed", by.who, context.now()
        context.record(session, by, f"confirm {row.kind}", why=_about(row))
        ring = order_notice(context, session, row)
    for order in ring:
        context.ring(order)
    return changed


def drop(context: Context, by: Staff, change_id: str) -> None:
    """Take back, or turn down, what waits. Raises ActRefusedError: "settled" or "gone"."""
    with context.database.write() as session:
        row = _waiting(context, session, change_id, by.clinic.id)
        if row.kind == Kind.RESTORED:
            raise ActRefusedError(Refusal.SETTLED)
        row.state, row.settled_by, row.settled_at = "dropped", by.who, context.now()
        context.record(session, by, f"drop {row.kind}", why=_about(row))


def _waiting(
    context: Context, session: Session, change_id: str, clinic_id: str | None
) -> AccountChange:
    """Return what still waits, held. Raises ActRefusedError: "gone", "settled" or "closed"."""
    row = session.get(AccountChange, change_id, with_for_update=True, populate_existing=True)
    if row is None or row.clinic_id != clinic_id:
        raise ActRefusedError(Refusal.GONE)
    old = row.kind != Kind.RESTORED and context.now() - row.begun_at > LASTS
    if row.state != "waiting" or old:
        raise ActRefusedError(Refusal.SETTLED)
    concerned = session.get_one(Account, row.account_id) if row.account_id else None
    beginner = session.get(Account, row.begun_by.removeprefix("account:"))
    if any(one and one.disabled_at for one in (concerned, beginner)):
        raise ActRefusedError(Refusal.CLOSED)
    return row


def _may(row: AccountChange, account_id: str) -> bool:
    """Tell whether a person neither began a change nor is the one whom it concerns."""
    return row.begun_by != f"account:{account_id}" and row.account_id != account_id


def has_factor(session: Session, account: Account) -> bool:
    query = select(Passkey.id).where(Passkey.account_id == account.id)
    return account.totp is not None or session.scalars(query).first() is not None


def _able(session: Session, clinic_id: str) -> set[str]:
    """Return who of the clinic may confirm at all: in office, with a finished second factor."""
    query = select(Account).where(
        Account.clinic_id == clinic_id,
        Account.role.in_(CONFIRMING),
        Account.disabled_at.is_(None),
        or_(Account.totp.is_not(None), Account.id.in_(select(Passkey.account_id))),
    )
    return {account.id for account in session.scalars(query)}


def waiting_at(context: Context, clinic_id: str) -> list[tuple[str, str, str]]:
    """Return (id, kind, whom it concerns) of what waits, for the command."""
    query = select(AccountChange).where(
        AccountChange.clinic_id == clinic_id, AccountChange.state == "waiting"
    )
    with context.database.read() as session:
        rows = session.scalars(query.order_by(AccountChange.begun_at)).all()
        return [(row.id, row.kind, row.name or _name(session, row)) for row in rows]


def _name(session: Session, row: AccountChange) -> str:
    return session.get_one(Account, row.account_id).name if row.account_id else ""


def wait_after_restore(context: Vault, session: Session) -> None:
    """Let each clinic of a restored backup wait until somebody there has looked at its accounts.

    What waited in the backup waits no more. The doctors are told by mail, once there is a worker.
    """
    now = context.now()
    values = {"state": "dropped", "settled_by": PROGRAM.who, "settled_at": now}
    waits = AccountChange.state == "waiting"
    session.execute(update(AccountChange).where(waits).values(**values))
    for clinic_id in session.scalars(select(Clinic.id)).all():
        row = AccountChange(id=new_id(), clinic_id=clinic_id, kind=Kind.RESTORED, state="waiting")
        row.begun_by, row.begun_at = PROGRAM.who, now
        session.add(row)
        session.flush()
        context.record(session, program(clinic_id), "begin restored", why=row.id)
        note(context, session, row)
