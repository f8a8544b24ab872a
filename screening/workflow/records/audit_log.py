"""The audit log as the administrator reads it: look, filter, export, verify."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, or_, select, type_coerce
from sqlalchemy.orm import Session

from screening.storage import audit
from screening.storage.tables import Account, AuditEntry, Kiosk, Screening
from screening.workflow.core.actor import Actor, Staff
from screening.workflow.core.acts import READS, is_read
from screening.workflow.core.context import Context

A_PAGE = 100


@dataclass(frozen=True)
class Wanted:
    """Which entries to show; empty fields narrow nothing. `until` is the first moment after.

    `kind` is "reads" for looks only, "acts" for all else.
    """

    who: str = ""
    number: str = ""
    act: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class Entry:
    """One line: `who` by name where the clinic knows it, `about` another person or a reason."""

    sequence: int
    at: datetime
    who: str
    act: str
    number: str
    about: str

    @property
    def kind(self) -> str:
        return "reads" if is_read(self.act) else "acts"


def list_entries(
    context: Context, by: Actor, wanted: Wanted, act: str = "look at audit log", most: int = A_PAGE
) -> list[Entry]:
    """Return the clinic's entries, newest first, and note as `act` that someone read them.

    Entries without a clinic, such as a sign-in under an unknown name, are everyone's.
    """
    with context.database.write() as session:
        context.record(session, by, act)
        names = _names(session, by.clinic_id)
        query = _narrowed(by, wanted).order_by(AuditEntry.sequence.desc()).limit(most)
        return list(_entries(session, query, names))


def _narrowed(by: Actor, wanted: Wanted) -> Select[AuditEntry, str | None]:
    number: ColumnElement[str | None] = type_coerce(Screening.number, String())
    query = (
        select(AuditEntry, number)
        .outerjoin(Screening, Screening.id == AuditEntry.screening_id)
        .where(or_(AuditEntry.clinic_id == by.clinic_id, AuditEntry.clinic_id.is_(None)))
    )
    if wanted.who:
        query = query.where(AuditEntry.who == wanted.who)
    if wanted.number:
        query = query.where(Screening.number == wanted.number.strip().upper())
    if wanted.act:
        query = query.where(AuditEntry.act.contains(wanted.act, autoescape=True))
    if wanted.kind:
        looks = or_(*(AuditEntry.act.startswith(read) for read in READS))
        query = query.where(looks if wanted.kind == "reads" else ~looks)
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEntry.at < wanted.until)
    if wanted.before:
        query = query.where(AuditEntry.sequence < wanted.before)
    return query


def _entries(
    session: Session, query: Select[AuditEntry, str | None], names: dict[str, str]
) -> Iterator[Entry]:
    for entry, number in session.execute(query):
        why = entry.why or ""
        yield Entry(
            entry.sequence,
            entry.at,
            names.get(entry.who, entry.who),
            entry.act,
            number or "",
            names.get(why, why),
        )


def list_people(context: Context, by: Staff) -> dict[str, str]:
    """Return the accounts and tablets of the clinic: (what the log calls them, name)."""
    with context.database.read() as session:
        return _names(session, by.clinic.id)


def _names(session: Session, clinic_id: str | None) -> dict[str, str]:
    accounts = session.execute(
        select(Account.id, Account.name)
        .where(Account.clinic_id == clinic_id)
        .order_by(Account.name)
    )
    kiosks = session.execute(
        select(Kiosk.id, Kiosk.name).where(Kiosk.clinic_id == clinic_id).order_by(Kiosk.name)
    )
    return {f"account:{id}": name for id, name in accounts} | {
        f"kiosk:{id}": name for id, name in kiosks
    }


def verify(context: Context, anchor: str = "") -> tuple[str, str | None]:
    """Return the head as "SEQUENCE:MAC" and what is wrong, None for a whole log.

    `anchor` is a head noted earlier, "SEQUENCE:MAC" or the MAC alone as reports
    print it: where the log was cut behind it, nothing in the log itself shows it.
    What is wrong is the sequence of the first entry that does not fit, or "cut".
    """
    number, _, mac = anchor.strip().lower().rpartition(":")
    with context.database.read() as session:
        sequence, head = audit.read_head(session)
        broken = audit.find_break(session, context.keys.audit)
        kept = not anchor or audit.has_anchor(
            session, mac, int(number) if number.isdecimal() else None
        )
    problem = None if kept else "cut"
    return f"{sequence}:{head}", str(broken) if broken is not None else problem


def verify_noted(context: Context, by: Staff, anchor: str) -> tuple[str, str | None]:
    """Do what `verify` does and note who asked."""
    with context.database.write() as session:
        context.record(session, by, "verify audit log")
    return verify(context, anchor)
