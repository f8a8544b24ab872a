"""What this installation issued: found by the code that a report prints, or by a file's hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from screening.storage.tables import Clinic, ReportRow, ReportStamp, Screening
from screening.workflow.core.context import CODE_LETTERS, Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import State
from screening.workflow.reports.outbox import Kind

CODE_LENGTH = 16  # letters of 31: 79 bits, and a wrong guess says only "unknown"
PATIENTS = (Kind.COPY, Kind.PLAN)  # what carries no record
ERASED = "erased"  # the state of a row of which the rest is gone


@dataclass(frozen=True)
class Stamp:
    """A file that went on from the issued one by a timestamp, so that its proof goes on."""

    sha256: str
    stamped_at: datetime


@dataclass(frozen=True)
class Issued:
    """A report that this installation issued; `replaced_by` is "decided" or "newer" or None.

    Of an `erased` one nothing is left but that there was one: neither its hash nor whether
    something replaced it.
    """

    code: str
    kind: str
    clinic: str
    sealed_at: datetime | None
    sha256: str | None
    replaced_by: str | None
    erased: bool = False
    stamps: tuple[Stamp, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what is known as other programs read it."""
        moment = self.sealed_at and self.sealed_at.isoformat(timespec="seconds")
        stamps = [
            {"sha256": one.sha256, "stamped_at": one.stamped_at.isoformat(timespec="seconds")}
            for one in self.stamps
        ]
        return asdict(self) | {"sealed_at": moment, "stamps": stamps}

    def stamp_of(self, sha256: str) -> Stamp | None:
        """Return the timestamp with which the file of that hash ends, if it came later."""
        return next((each for each in self.stamps if each.sha256 == sha256), None)

    def is_file(self, sha256: str) -> bool | None:
        """Tell whether that is the file as it was issued or stamped since; None: nobody knows."""
        if self.sha256 is None:
            return None
        return sha256 == self.sha256 or self.stamp_of(sha256) is not None


def verification_code(context: Context, report_id: str) -> str:
    """Return what a report prints so that it can be found: no one else can work it out."""
    number = int(context.hash(f"verify:{report_id}"), 16)
    letters = ""
    while len(letters) < CODE_LENGTH:
        number, rest = divmod(number, len(CODE_LETTERS))
        letters += CODE_LETTERS[rest]
    return typed(letters)


def typed(code: str) -> str:
    """Return `code` the way it is printed, however the person typed it."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def look_up(context: Context, code: str) -> Issued:
    """Return the report that `code` belongs to, however it was typed. Raises "gone"."""
    with context.database.read() as session:
        row = session.scalars(select(ReportRow).where(ReportRow.code == typed(code))).first()
        if row is None:
            raise ActRefusedError(Refusal.GONE)
        return _issued(session, row)


def _issued(session: Session, row: ReportRow) -> Issued:
    screening = session.get_one(Screening, row.screening_id)
    clinic = session.get_one(Clinic, screening.clinic_id)
    told = row.code or "", row.kind, clinic.name, row.sealed_at
    if row.state == ERASED:
        return Issued(*told, sha256=None, replaced_by=None, erased=True)
    query = select(ReportStamp).where(ReportStamp.report_id == row.id)
    stamps = (Stamp(one.sha256, one.stamped_at) for one in session.scalars(query))
    replaced = _replaced_by(session, row, screening)
    return Issued(*told, row.sha256, replaced, stamps=tuple(stamps))


def _replaced_by(session: Session, row: ReportRow, screening: Screening) -> str | None:
    """Return "newer" after a later screening, "decided" after the doctor's report, else None."""
    later = select(Screening.id).where(
        Screening.recheck_of == screening.id,
        Screening.state.in_((State.SUBMITTED, State.DECIDED, State.SUPERSEDED)),
    )
    if session.scalars(later).first():
        return "newer"
    decided = select(ReportRow.id).where(
        ReportRow.screening_id == screening.id,
        ReportRow.kind == "decided",
        ReportRow.state == "sealed",
    )
    first = row.kind in {Kind.SCREENING, Kind.COPY}
    return "decided" if first and session.scalars(decided).first() else None


def erased_paper(context: Context, code: str) -> Issued | None:
    """Return the patient's paper of that code if it was erased: its file carries no code itself."""
    of = (ReportRow.code == typed(code), ReportRow.state == ERASED)
    with context.database.read() as session:
        row = session.scalars(select(ReportRow).where(*of, ReportRow.kind.in_(PATIENTS))).first()
        return _issued(session, row) if row else None


def issued_as(context: Context, record: Mapping[str, Any], sha256: str) -> Issued | None:
    """Return what this installation issued: the very file, or one under the file's code."""
    verify = (record.get("frame") or {}).get("verify") or {}
    code = verify.get("code") or ""
    stamped = select(ReportStamp.report_id).where(ReportStamp.sha256 == sha256)
    of_file = or_(ReportRow.sha256 == sha256, ReportRow.id.in_(stamped))
    with context.database.read() as session:
        row = session.scalars(select(ReportRow).where(of_file)).first()
        if row is None and code:
            row = session.scalars(select(ReportRow).where(ReportRow.code == str(code))).first()
        return _issued(session, row) if row else None
