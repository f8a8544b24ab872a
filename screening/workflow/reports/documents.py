"""Sealed PDFs in the store of documents: put there, led to by their report, moved, let go.

A name is noted before anything lies under it, so that nothing lies there unknown; the report
leads to it in the transaction that forgets the note. Whatever is interrupted loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.sealed import seal_value
from screening.storage.store import LostDocumentError, Store, StoreAwayError
from screening.storage.tables import LooseObject, ReportRow, Screening
from screening.workflow.core.context import Context, Vault

PUTTING = timedelta(hours=1)
HURRY = timedelta(minutes=5)  # before a name that was noted so long ago may be let go
REPLACED = timedelta(days=35)  # a backup of the last weeks may lead to it
AT_ONCE = 100

log = logging.getLogger("screening.documents")


@dataclass(frozen=True)
class Kept:
    """A sealed PDF: as bytes for its row, or under its name in the store."""

    pdf: bytes | None = None
    stored_as: str | None = None


def keep(context: Context, report_id: str, pdf: bytes) -> Kept:
    """Seal the PDF of a report and put it where it belongs. Raises StoreAwayError."""
    with context.database.read() as session:
        row = session.get_one(ReportRow, report_id)
        key = context.screening_key(session, session.get_one(Screening, row.screening_id))
    sealed = seal_value(key, "report.pdf", report_id, pdf)
    return put(context, context.store, sealed) if context.store else Kept(pdf=sealed)


def put(context: Context, store: Store, sealed: bytes) -> Kept:
    """Put what is sealed into the store, under a new name that says nothing."""
    id = new_id()
    name = f"{id[:2]}/{id}"
    with context.database.write() as session:
        session.add(LooseObject(name=name, due_at=context.now() + PUTTING))
    store.put(name, sealed)
    return Kept(stored_as=name)


def lead_to(context: Context, session: Session, row: ReportRow, kept: Kept) -> None:
    """Let the report lead to `kept` from now on, and to what it led to no more."""
    if row.stored_as:
        due = context.now() + REPLACED
        session.add(LooseObject(name=row.stored_as, report_id=row.id, due_at=due))
    row.pdf, row.stored_as = kept.pdf, kept.stored_as
    if kept.stored_as:
        noted = session.get(LooseObject, kept.stored_as)
        if noted is None or noted.due_at < context.now() + HURRY:
            raise StoreAwayError("the store of documents took too long")
        session.delete(noted)


def let_go(context: Vault, session: Session, screening_id: str) -> None:
    """Let everything go that the reports of an erased screening lead to, or led to."""
    reports = select(ReportRow).where(ReportRow.screening_id == screening_id)
    for row in session.scalars(reports):
        if row.stored_as:
            session.add(LooseObject(name=row.stored_as, due_at=context.now()))
            row.stored_as = None
        before = update(LooseObject).where(LooseObject.report_id == row.id)
        session.execute(before.values(due_at=context.now(), report_id=None))
    session.flush()


def remove_loose(context: Context) -> int:
    """Remove from the store what is due to go, and say how many that was."""
    due = select(LooseObject.name).where(LooseObject.due_at <= context.now())
    with context.database.read() as session:
        names = session.scalars(due.order_by(LooseObject.due_at).limit(AT_ONCE)).all()
    if not names or context.store is None:
        return 0
    gone = []
    try:
        for name in names:
            context.store.remove(name)
            gone.append(name)
    except StoreAwayError as error:
        log.warning("%s; %s documents are to be removed there", error, len(names))
    with context.database.write() as session:
        session.execute(delete(LooseObject).where(LooseObject.name.in_(gone)))
    return len(gone)


@dataclass(frozen=True)
class Places:
    """How many reports lie where."""

    database: int
    store: int


def count_places(context: Vault) -> Places:
    with context.database.read() as session:
        query = select(func.count(), func.count(ReportRow.stored_as))
        every, stored = session.execute(query.where(ReportRow.state == "sealed")).one()
    return Places(every - stored, stored)


def move(context: Context, store: Store, back: bool = False) -> Iterator[str]:
    """Move every sealed PDF into the store, or `back`; yield what became of each.

    That is "", or what is wrong with it. Pages and workers go on: a report is read where it
    lies, before and after. Raises StoreAwayError; whoever calls again goes on where it was.
    """
    last = ""
    while ids := _next(context, last, back):
        for last in ids:
            yield _move_back(context, store, last) if back else _move(context, store, last)


def _next(context: Context, last: str, back: bool) -> list[str]:
    here = ReportRow.stored_as.is_not(None) if back else ReportRow.stored_as.is_(None)
    query = select(ReportRow.id).where(here, ReportRow.state == "sealed", ReportRow.id > last)
    with context.database.read() as session:
        return list(session.scalars(query.order_by(ReportRow.id).limit(AT_ONCE)))


def _move(context: Context, store: Store, id: str) -> str:
    with context.database.read() as session:
        sealed = session.get_one(ReportRow, id).pdf
    if sealed is None:  # erased or moved meanwhile
        return ""
    kept = put(context, store, sealed)
    if kept.stored_as is None or store.get(kept.stored_as) != sealed:
        return f"report {id} came back from the store as something else, and stays where it is"
    with context.database.write() as session:
        row = session.get_one(ReportRow, id, with_for_update=True)
        if row.state == "sealed" and row.pdf == sealed:
            lead_to(context, session, row, kept)
    return ""


def _move_back(context: Context, store: Store, id: str) -> str:
    with context.database.read() as session:
        name = session.get_one(ReportRow, id).stored_as
    if name is None:
        return ""
    try:
        sealed = store.get(name)
    except LostDocumentError:
        return f"report {id} is not in the store"
    with context.database.write() as session:
        row = session.get_one(ReportRow, id, with_for_update=True)
        if row.stored_as == name:
            lead_to(context, session, row, Kept(pdf=sealed))
    return ""


def missing(session: Session, store: Store | None) -> list[str]:
    """Return the reports that lead into the store to nothing, or that no store is there."""
    query = select(Screening.number, ReportRow.kind, ReportRow.stored_as).join(
        ReportRow, ReportRow.screening_id == Screening.id
    )
    stored = session.execute(query.where(ReportRow.stored_as.is_not(None))).all()
    if not stored:
        return []
    try:
        if store is None:
            raise StoreAwayError("no store of documents is set")
        there = store.names()
    except StoreAwayError as error:
        return [f"{len(stored)} reports, as {error}"]
    return [f"{number} {kind} report" for number, kind, name in stored if name not in there]
