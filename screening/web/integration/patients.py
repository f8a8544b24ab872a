"""The operations on patients: by the clinic's own id or ours, what became of the screenings."""

from __future__ import annotations

from typing import Any

from screening.web.core.guards import context
from screening.web.integration.answered import PatientOut, Treated
from screening.web.integration.api import bp, client, operation
from screening.web.integration.asked import Paged, PatientSought
from screening.web.integration.screenings import told
from screening.workflow.integration import patients
from screening.workflow.integration.api_keys import Scope

PATIENTS = "patients"


@bp.get("/patients")
@operation(Scope.STATUS, 200, PatientOut, PATIENTS)
def find_patient(query: PatientSought) -> Any:
    """The patient whom you call so, with the screenings, the newest first. Scope `status`.

    With `clinical` also what was done after them, which is noted in the audit log.
    """
    return _page(patients.called_so(context(), client(), query.external_id), query)


@bp.get("/patients/<patient_id>")
@operation(Scope.STATUS, 200, PatientOut, PATIENTS)
def read_patient(patient_id: str, query: Paged) -> Any:
    """The same by the id that `patient.updated` tells. Scope `status`."""
    return _page(patient_id, query)


def _page(patient_id: str, page: Paged) -> PatientOut:
    known = patients.read_patient(
        context(),
        client(),
        patient_id,
        page.limit,
        page.cursor,
        clinical=Scope.CLINICAL in client().scopes,
    )
    done = known.treatments
    return PatientOut(
        id=known.id,
        external_ids=known.external,
        screenings=[told(one) for one in known.screenings],
        treatments=None if done is None else [Treated(**one) for one in done],
        next=known.following or None,
    )
