"""The reception wrote one name or birth date, the patient gave another: shown until one says which.

`own` in a patient's content is what the patient gave, on sending; `settled` the pairs about
which a person of the clinic has said which is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from screening.storage.tables import Patient
from screening.workflow.core.context import Context
from screening.workflow.patients.names import fold
from screening.workflow.patients.patients import person_of

FIELDS = ("name", "born")


@dataclass(frozen=True)
class Disagreement:
    """`field` is "name" or "born"; `clinic` what the reception wrote, `own` the patient."""

    patient_id: str
    field: str
    clinic: str
    own: str


def disagreements_of(context: Context, session: Session, patient: Patient) -> list[Disagreement]:
    """Return what nobody has settled yet."""
    return disagreements_in(patient.id, person_of(context, session, patient))


def disagreements_in(patient_id: str, content: Mapping[str, Any]) -> list[Disagreement]:
    """Return what nobody has settled yet in a patient's opened content."""
    own, settled = content.get("own", {}), content.get("settled", {})
    return [
        Disagreement(patient_id, field, clinic, given)
        for field in FIELDS
        if (clinic := content.get(field) or "") and (given := own.get(field) or "")
        if not _agree(field, clinic, given) and settled.get(field) != [clinic, given]
    ]


def _agree(field: str, one: str, other: str) -> bool:
    """Return whether both say the same; a name may leave parts of the other out."""
    if field != "name":
        return one == other
    parts, others = set(fold(one)), set(fold(other))
    return parts <= others or others <= parts
