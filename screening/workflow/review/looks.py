"""Who has opened a screening: other doctors a short while ago, or nobody yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.storage.tables import Account, AuditEntry
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context

OPEN_REVIEW = "open review"
LOOKING = timedelta(minutes=15)
NEWEST = 1_000  # how far back in the audit log a look for news goes


@dataclass(frozen=True)
class Look:
    """Another doctor opened this screening a short while ago."""

    name: str
    at: datetime


def others_looking(
    context: Context, session: Session, doctor: Staff, screening_ids: Collection[str]
) -> dict[str, Look]:
    """Return for each screening the other doctor who opened it last, a short while ago."""
    query = (
        select(AuditEntry.screening_id, AuditEntry.who, AuditEntry.at)
        .where(
            AuditEntry.screening_id.in_(screening_ids),
            AuditEntry.act == OPEN_REVIEW,
            AuditEntry.who != doctor.who,
            AuditEntry.at > context.now() - LOOKING,
        )
        .order_by(AuditEntry.sequence)
    )
    rows = session.execute(query).all()
    ids = {who.removeprefix("account:") for _, who, _ in rows}
    people = select(Account.id, Account.name).where(Account.id.in_(ids))
    names = {row.id: row.name for row in session.execute(people)} if ids else {}
    return {
        screening_id: Look(names.get(who.removeprefix("account:"), who), at)
        for screening_id, who, at in rows
        if screening_id
    }


def opened_of(session: Session, screening_ids: Collection[str]) -> set[str]:
    """Return those of the screenings that any doctor has opened already."""
    query = select(AuditEntry.screening_id).where(
        AuditEntry.screening_id.in_(screening_ids), AuditEntry.act == OPEN_REVIEW
    )
    return {id for id in session.scalars(query.distinct()) if id}


def newest_look(context: Context, session: Session, doctor: Staff) -> int | None:
    """Return the place in the audit log of the newest look by another doctor, while it counts."""
    newest = select(func.max(AuditEntry.sequence)).scalar_subquery()
    return session.scalar(
        select(func.max(AuditEntry.sequence)).where(
            AuditEntry.sequence > newest - NEWEST,
            AuditEntry.clinic_id == doctor.clinic_id,
            AuditEntry.act == OPEN_REVIEW,
            AuditEntry.who != doctor.who,
            AuditEntry.at > context.now() - LOOKING,
        )
    )
