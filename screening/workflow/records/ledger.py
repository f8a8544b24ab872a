"""Keep the ledger of what was erased and ended: worked out from the audit log, told by no name.

Whoever restores a backup replays it (restoring.py), so that nobody who was erased comes back
and nothing that was closed opens again.

Where the end of the database was lost, the audit log gives its numbers a second time, to other
acts. What of the ledger it still holds is told by the acts themselves, and never by the number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from screening.storage.audit import RESTORED, read_head
from screening.storage.encryption import fingerprint
from screening.storage.ledger import LedgerError, Line, add_lines, holding, read_ledger
from screening.storage.tables import AuditEntry, Clinic
from screening.workflow.core.context import Vault

ERASES = {"erase", "purge", "erase patient"}
PASSWORDS = {"change password", "set password by link"}
FACTORS = {"reset second factor", "remove passkey", "renew recovery codes"}
CODES = {"sign in with recovery-code"}
LINKS = {"renew link", "show link", "give link for phone"}
CERTIFICATES = {"renew certificate", "issue certificate"}
PROGRAMS = {"revoke api key": "api_key", "end webhook": "webhook"}
ENDS = {
    *PASSWORDS,
    *FACTORS,
    *CODES,
    *LINKS,
    *CERTIFICATES,
    *PROGRAMS,
    *("disable account", "enable account"),
    *("revoke tablet", "release tablet", "give pairing code"),
    *("withdraw", "restore", "rotate secret", "rotate clinic key"),
}
CHANGES_ROLE = "change role from "
SERIES, SEEN, BACKUP = "series", "seen", "backup"
AHEAD = 500  # numbers that are said to be used up before they are
SEEN_AFTER = 10_000  # entries of the audit log, so that none is read through for ever


def what(key: bytes, kind: str, id: str) -> str:
    """Return the fingerprint by which the ledger knows a screening, a patient or an account."""
    return fingerprint(key, f"{kind}:{id}")


def extend(context: Vault, path: Path, backup: bool = False) -> str:
    """Add what the ledger at `path` does not know yet, and return the MAC of its last line.

    A ledger that is damaged is put aside and written anew. With `backup` it notes up to
    where it knows the audit log, whatever has happened.
    """
    with holding(path):
        try:
            former = read_ledger(path, context.keys.ledger) if path.exists() else []
        except LedgerError:
            path.replace(path.with_name(f"{path.name}.damaged"))
            former = []
        with context.database.read() as session:
            new = list(_news(context, session, former, backup))
        if new:
            add_lines(path, context.keys.ledger, former, new)
        return read_ledger(path, context.keys.ledger)[-1].mac if path.exists() else ""


def _news(context: Vault, session: Session, former: list[Line], backup: bool) -> Iterator[Line]:
    at = context.now().isoformat(timespec="seconds")
    known, strayed = _anchor(session, context.keys.ledger, former)
    for entry in session.scalars(_ending().where(AuditEntry.sequence > known)):
        yield _line(context.keys.ledger, entry)
        known = entry.sequence
    said = {line.what: int(line.value) for line in former if line.act == SERIES}
    head, mac = read_head(session)
    for clinic in session.scalars(select(Clinic).order_by(Clinic.id)):
        of = what(context.keys.ledger, "clinic", clinic.id)
        if clinic.screenings + AHEAD // 2 > said.get(of, 0):
            yield Line(head, at, SERIES, of, str(clinic.screenings + AHEAD))
    if backup or strayed or head - known > SEEN_AFTER:
        yield Line(head, at, BACKUP if backup else SEEN, value=mac)


def _anchor(session: Session, key: bytes, former: list[Line]) -> tuple[int, bool]:
    """Return up to where the ledger knows the audit log, and whether lines behind are not of it."""
    strayed = False
    for line in reversed(former):
        if line.act == SERIES:
            continue
        entry = session.get(AuditEntry, line.upto)
        noted = line.act in (SEEN, BACKUP)
        if entry and (entry.mac == line.value if noted else _line(key, entry) == _bare(line)):
            return line.upto, strayed
        strayed = True
    return 0, strayed


def _ending() -> Select[AuditEntry]:
    of = or_(AuditEntry.act.in_(ERASES | ENDS), AuditEntry.act.startswith(CHANGES_ROLE))
    return select(AuditEntry).where(of).order_by(AuditEntry.sequence)


def _bare(line: Line) -> Line:
    """Return a line as it would be written now: PostgreSQL tells a moment in a zone of its own."""
    return replace(line, mac="", at=_moment(datetime.fromisoformat(line.at)))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _ends(line: Line) -> bool:
    return line.act not in (SERIES, SEEN, BACKUP)


def unknown(session: Session, key: bytes, lines: Iterable[Line], head: int) -> list[Line]:
    """Return those of `lines` that a backup, up to `head` of its audit log, knows nothing of.

    A restore has replayed what it did not know before it.
    """
    restores = select(func.max(AuditEntry.sequence)).where(AuditEntry.act == RESTORED)
    since = session.scalar(restores.where(AuditEntry.sequence <= head)) or 0
    ours = _ending().where(AuditEntry.sequence > since, AuditEntry.sequence <= head)
    known = {_line(key, entry) for entry in session.scalars(ours)}
    lost = {line for line in lines if line.upto > since and _bare(line) not in known}
    return [line for line in lines if line.upto > head or (_ends(line) and line in lost)]


def joined(found: Iterable[list[Line]]) -> list[Line]:
    """Return the lines of the ledger that knows most, and behind them what it does not know."""
    first, *others = sorted(found, key=lambda lines: (sum(map(_ends, lines)), len(lines)))[::-1]
    known = {_bare(line) for line in first}
    return first + [line for lines in others for line in lines if _bare(line) not in known]


def _line(key: bytes, entry: AuditEntry) -> Line:
    about, value = "", ""
    if entry.act == "erase patient":
        about = what(key, "patient", (entry.why or "").partition(":")[0])
    elif entry.act in PROGRAMS:
        about = what(key, PROGRAMS[entry.act], entry.why or "")
    elif entry.screening_id:
        about = what(key, "screening", entry.screening_id)
    elif named := entry.why if (entry.why or "").startswith(("account:", "kiosk:")) else entry.who:
        about = fingerprint(key, named)
    if entry.act.startswith(CHANGES_ROLE):
        value = entry.act.rpartition(" to ")[2]
    return Line(entry.sequence, _moment(entry.at), entry.act, about, value)
