"""What a clinical lead learns from many screenings: figures of the own clinic, nobody's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.decision import ADVISED, Choice
from screening.clinical.report.verdict_snapshot import StoredVerdict
from screening.clinical.whatif.insight import Insight, Rule, Seen, count
from screening.storage.encryption import SealedBlobError
from screening.storage.sealed import open_value, screening_key
from screening.storage.tables import AuditEntry, Clinic, Decision, Patient, Screening
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.rules.rescreen import BLOCK, IN_USE
from screening.workflow.rules.rescreen_block import open_basis

MOST_SCREENINGS = 20_000
MONTHS_TO_CHOOSE = 12


@dataclass(frozen=True)
class Figures:
    """The figures of `months` (the last may go on); `stored` screenings, the newest counted.

    `damaged` are the numbers of those that cannot be opened.
    """

    months: list[str]
    stored: int
    insight: Insight
    damaged: list[str]


def months_until(day: date, so_many: int) -> list[str]:
    """Return the last months up to that of `day`, oldest first, such as "2026-11"."""
    last = day.year * 12 + day.month - 1
    return [f"{m // 12:04}-{m % 12 + 1:02}" for m in range(last - so_many + 1, last + 1)]


def months_to_choose(context: Context, lead: Staff) -> list[str]:
    """Return the months that can be looked at, by the clinic's calendar, oldest first."""
    today = context.now().astimezone(ZoneInfo(lead.clinic.zone)).date()
    return months_until(today, MONTHS_TO_CHOOSE)


def look(context: Context, lead: Staff, months: list[str]) -> Figures:
    """Return the figures of the lead's clinic for `months`, and note who looked.

    Only screenings in use count: neither replaced nor withdrawn nor erased.
    """
    with context.database.write() as session:
        why = f"{months[0]} to {months[-1]}"
        context.record(session, lead, "look at insight", why=why)
    zone = ZoneInfo(lead.clinic.zone)
    begin, end = _first_moment(months[0], zone), _first_moment(_after(months[-1]), zone)
    chosen = (
        Screening.clinic_id == lead.clinic.id,
        Screening.state.in_(IN_USE),
        Screening.submitted_at >= begin,
        Screening.submitted_at < end,
    )
    with context.database.read() as session:
        stored = session.scalar(select(func.count()).select_from(Screening).where(*chosen)) or 0
        damaged: list[str] = []
        insight = count(_seen(context, session, lead.clinic.id, chosen, zone, damaged))
        return Figures(months, stored, insight, sorted(damaged))


def _first_moment(month: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(f"{month}-01").replace(tzinfo=zone)


def _after(month: str) -> str:
    year, nth = map(int, month.split("-"))
    return f"{year + nth // 12:04}-{nth % 12 + 1:02}"


def _seen(
    context: Context,
    session: Session,
    clinic_id: str,
    chosen: Any,
    zone: ZoneInfo,
    damaged: list[str],
) -> Iterator[Seen]:
    """Yield the newest screenings, opened; the whole report only where there is no basis yet.

    The number of one that cannot be opened is added to `damaged`.
    """
    clinic_key = context.clinic_key(session.get_one(Clinic, clinic_id))
    report = case((Screening.basis.is_(None), Screening.submission))
    began = (
        select(func.min(AuditEntry.at))
        .where(AuditEntry.screening_id == Screening.id, AuditEntry.act == "begin")
        .scalar_subquery()
    )
    latest = select(func.max(Decision.sequence)).where(Decision.screening_id == Screening.id)
    query = (
        select(
            *(Screening.id, Screening.number, Screening.wrapped_key),
            *(Screening.patient_id, Patient.wrapped_key.label("of_patient")),
            *(Screening.basis, report.label("report")),
            *(Screening.submitted_at, Screening.recheck_of, began.label("began")),
            *(Decision.id.label("decision_id"), Decision.content),
        )
        .outerjoin(Patient, Patient.id == Screening.patient_id)
        .outerjoin(
            Decision,
            (Decision.screening_id == Screening.id)
            & (Decision.sequence == latest.correlate(Screening).scalar_subquery()),
        )
        .where(*chosen)
        .order_by(Screening.submitted_at.desc())
        .limit(MOST_SCREENINGS)
    )
    for row in session.execute(query.execution_options(yield_per=BLOCK)):
        try:
            seen = _open(clinic_key, row, zone)
        except SealedBlobError:  # one damaged row must not hide all the others
            damaged.append(row.number)
        else:
            yield seen


def _open(clinic_key: bytes, row: Row[Any], zone: ZoneInfo) -> Seen:
    key = screening_key(clinic_key, row.id, row.wrapped_key, row.patient_id, row.of_patient)
    basis = open_basis(key, row.id, row.basis, row.report)
    set_aside = None
    if row.content is not None:
        decision = open_value(key, "decision.content", row.decision_id, row.content)
        set_aside = _overridden(basis["verdicts"], decision)
    # Who is asked again finds most answers there already.
    timed = row.began is not None and row.recheck_of is None
    return Seen(
        f"{row.submitted_at.astimezone(zone):%Y-%m}",
        basis["verdicts"],
        basis["answers"],
        set_aside,
        int((row.submitted_at - row.began).total_seconds()) if timed else None,
        basis.get("one_a_page", False),
    )


def _overridden(
    verdicts: Mapping[str, StoredVerdict], decision: Mapping[str, Any]
) -> frozenset[Rule]:
    """Return the rules against whose advice the doctor decided to proceed.

    To ask for more, or to wait instead of declining, is milder but sets no rule aside.
    """
    decided = {d["procedure"]: Choice(d["decision"]) for d in decision["decisions"]}
    return frozenset(
        (procedure, finding)
        for procedure, verdict in verdicts.items()
        for finding, (outcome, _until) in verdict["reasons"].items()
        if decided[procedure].proceeds
        and decided[procedure].strictness < ADVISED[Outcome(outcome)].strictness
    )
