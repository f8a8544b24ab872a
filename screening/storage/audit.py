"""The audit log: who did what when, each entry chained to the one before it.

An entry is written in the transaction of the act that it records. A changed,
moved or missing entry breaks the chain; a cut tail shows where the head is
known outside, which is why every report prints it. The database itself refuses
to change or delete an entry (by triggers); the chain finds whoever went
around that.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from screening.storage.database import take_turn
from screening.storage.encryption import fingerprint
from screening.storage.tables import AuditEntry
from screening.storage.turn import Turn

START = "0" * 64
RESTORED = "restore backup"  # before it numbers may be left out: they are used up
AT_ONCE = 2000


def record(
    session: Session,
    key: bytes,
    at: datetime,
    who: str,
    act: str,
    clinic_id: str | None = None,
    screening_id: str | None = None,
    why: str | None = None,
    skip_to: int = 0,
) -> str:
    """Add an entry, of the sequence `skip_to` at least, and return the new head of the chain."""
    take_turn(session, Turn.CHAIN)
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)).first()
    entry = AuditEntry(
        sequence=max(last.sequence + 1 if last else 1, skip_to),
        at=at,
        who=who,
        act=act,
        clinic_id=clinic_id,
        screening_id=screening_id,
        why=why,
        mac="",
    )
    entry.mac = _mac(key, entry, last.mac if last else START)
    session.add(entry)
    session.flush()
    return entry.mac


def find_break(session: Session, key: bytes) -> int | None:
    """Return the sequence of the first entry that does not fit, None for a whole chain."""
    before, expected = START, 1
    columns = AuditEntry.__table__.columns
    query = select(*columns).order_by(AuditEntry.sequence).execution_options(yield_per=AT_ONCE)
    with session.execute(query) as entries:  # of millions, no more than these are held at once
        for entry in entries:
            if entry.act == RESTORED and entry.sequence > expected:
                expected = entry.sequence
            if entry.sequence != expected or entry.mac != _mac(key, entry, before):
                return expected
            before, expected = entry.mac, expected + 1
    return None


def read_head(session: Session) -> tuple[int, str]:
    """Return sequence and MAC of the newest entry, (0, START) while there is none."""
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)).first()
    return (last.sequence, last.mac) if last else (0, START)


def has_anchor(session: Session, mac: str, sequence: int | None = None) -> bool:
    """Tell whether an entry noted outside earlier is still there; the newest show a cut tail."""
    query = select(AuditEntry).where(AuditEntry.mac == mac)
    if sequence is not None:
        query = query.where(AuditEntry.sequence == sequence)
    return session.scalars(query).first() is not None


def _mac(key: bytes, entry: AuditEntry | Row[Any], before: str) -> str:
    fields = (
        str(entry.sequence),
        entry.at.astimezone(UTC).isoformat(),
        entry.who,
        entry.act,
        entry.clinic_id or "",
        entry.screening_id or "",
        entry.why or "",
        before,
    )
    return fingerprint(key, "\x1f".join(fields))
