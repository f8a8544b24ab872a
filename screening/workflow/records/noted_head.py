"""Note the head of the audit log outside the database, so that a lost end shows by itself.

Whoever restarts over a damaged log of the database (SQLite's WAL) is told nothing: what was
committed behind the damage is gone, and the rest is whole. The file beside the ledger knows how
far the audit log had come a minute before. A restore is no loss: it goes on far behind.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage import audit
from screening.storage.tables import AuditEntry
from screening.workflow.core.context import Context

LOST = "the newest acts are gone from the database, answers among them: see docs/faults.md"


def beside(ledger: Path) -> Path:
    """Return where the head is noted: beside the ledger, on its disk."""
    return ledger.with_name(f"{ledger.name}.head")


def read_noted(file: Path) -> tuple[int, str]:
    """Return sequence and MAC of the head that was noted, (0, "") where none was."""
    sequence, _, mac = file.read_text().strip().partition(":") if file.exists() else ("", "", "")
    return (int(sequence), mac) if sequence.isdecimal() else (0, "")


def note_head(context: Context, file: Path) -> str:
    """Note the head and return nothing, or leave the old one and return what is wrong.

    Raises OSError.
    """
    if lost := find_loss(context, file):
        return lost
    with context.database.read() as session:
        sequence, mac = audit.read_head(session)
    if read_noted(file) != (sequence, mac):
        _write(file, f"{sequence}:{mac}\n")
    return ""


def find_loss(context: Context, file: Path) -> str:
    """Return what is wrong where the log does not hold the head that was noted. Raises OSError."""
    sequence, mac = read_noted(file)
    with context.database.read() as session:
        if not sequence or audit.has_anchor(session, mac, sequence):
            return ""
        return "" if _restored(session, sequence) else LOST


def _restored(session: Session, number: int) -> bool:
    """Tell whether a backup was restored since, after which the log goes on far behind."""
    query = select(AuditEntry.sequence)
    query = query.where(AuditEntry.sequence > number, AuditEntry.act == audit.RESTORED)
    return session.scalars(query).first() is not None


def _write(file: Path, text: str) -> None:
    """Replace the file by a whole one that the disk has."""
    part = file.with_name(f"{file.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)
