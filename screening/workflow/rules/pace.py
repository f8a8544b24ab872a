"""How long a clinic's own patients take for the same treatments, once enough have answered."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from screening.clinical.whatif.insight import percentile
from screening.storage.encryption import SealedBlobError
from screening.storage.sealed import screening_key
from screening.storage.tables import AuditEntry, Clinic, Patient, Screening
from screening.workflow.core.context import Context
from screening.workflow.rules.rescreen_block import open_basis

MOST, ENOUGH = 400, 20
Pace = Mapping[frozenset[str], int]


def pace_of(context: Context, clinic_id: str) -> Pace:
    """Return by treatments how many seconds half of the patients took at most, breaks included.

    The newest count, who came again and whoever answered otherwise than is asked now does not.
    """
    began = (
        select(func.min(AuditEntry.at))
        .where(AuditEntry.screening_id == Screening.id, AuditEntry.act == "begin")
        .scalar_subquery()
    )
    query = (
        select(
            *(Screening.id, Screening.wrapped_key, Screening.patient_id, Screening.basis),
            *(Patient.wrapped_key.label("of_patient"), Screening.submitted_at),
            began.label("began"),
        )
        .outerjoin(Patient, Patient.id == Screening.patient_id)
        .where(
            Screening.clinic_id == clinic_id,
            Screening.submitted_at.is_not(None),
            Screening.recheck_of.is_(None),
            Screening.basis.is_not(None),
        )
        .order_by(Screening.submitted_at.desc())
        .limit(MOST)
    )
    taken: dict[frozenset[str], list[int]] = {}
    with context.database.read() as session:
        clinic = session.get_one(Clinic, clinic_id)
        clinic_key = context.clinic_key(clinic)
        for row in session.execute(query):
            if row.began is None:
                continue
            key = screening_key(clinic_key, row.id, row.wrapped_key, row.patient_id, row.of_patient)
            try:
                basis = open_basis(key, row.id, row.basis, None)
            except SealedBlobError:  # one damaged row must not keep the first page from opening
                continue
            if basis.get("one_a_page", False) == clinic.one_a_page:
                seconds = int((row.submitted_at - row.began).total_seconds())
                taken.setdefault(frozenset(basis["verdicts"]), []).append(seconds)
    return {k: percentile(times, 50) for k, times in taken.items() if len(times) >= ENOUGH}
