"""The operations that tell of a patient's health: each needs the scope `clinical` and is noted."""

from __future__ import annotations

from typing import Any

from flask import Response

from screening.web.core.guards import context
from screening.web.integration.answered import (
    Answers,
    CheckIn,
    CheckIns,
    DecisionOut,
    Report,
    Reports,
    Verdict,
)
from screening.web.integration.api import bp, client, operation
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.integration import reading
from screening.workflow.integration.api_keys import Scope
from screening.workflow.reports.outbox import Kind

CLINICAL = "clinical"


@bp.get("/screenings/<screening_id>/verdict")
@operation(Scope.CLINICAL, 200, Verdict, CLINICAL)
def read_verdict(screening_id: str) -> Any:
    """The verdicts of the day and for the visit, with all reasons. Scope `clinical`."""
    report = reading.read_verdict(context(), client(), screening_id)
    return Verdict(
        number=report["frame"]["number"],
        on=report["on"],
        definitions=report["definitions"],
        procedures=report["procedures"],
        to_read=report.get("to_read", []),
        contradictions=report.get("contradictions", []),
    )


@bp.get("/screenings/<screening_id>/answers")
@operation(Scope.CLINICAL, 200, Answers, CLINICAL)
def read_answers(screening_id: str) -> Any:
    """What the patient answered, question by question, and as FHIR R4. Scope `clinical`."""
    report = reading.read_verdict(context(), client(), screening_id)
    return Answers(
        number=report["frame"]["number"],
        on=report["on"],
        sections=report["sections"],
        questionnaire_response=report.get("response"),
        detected_issues=report.get("issues", []),
    )


@bp.get("/screenings/<screening_id>/decision")
@operation(Scope.CLINICAL, 200, DecisionOut, CLINICAL)
def read_decision(screening_id: str) -> Any:
    """What the doctor decided, with reason and conditions. Scope `clinical`."""
    return DecisionOut(decision=reading.read_decision(context(), client(), screening_id))


@bp.get("/screenings/<screening_id>/reports")
@operation(Scope.CLINICAL, 200, Reports, CLINICAL)
def list_reports(screening_id: str) -> Any:
    """Which sealed reports there are. Scope `clinical`."""
    found = reading.list_reports(context(), client(), screening_id)
    return Reports(reports=[Report(**one) for one in found])


@bp.get("/screenings/<screening_id>/reports/<kind>/<int:sequence>")
@operation(Scope.CLINICAL, 200, None, CLINICAL)
def read_report(screening_id: str, kind: str, sequence: int) -> Any:
    """A sealed report as PDF. Scope `clinical`."""
    if kind not in set(Kind):
        raise ActRefusedError(Refusal.GONE)
    pdf = reading.read_report(context(), client(), screening_id, kind, sequence)
    return Response(pdf, mimetype="application/pdf")


@bp.get("/screenings/<screening_id>/check-ins")
@operation(Scope.CLINICAL, 200, CheckIns, CLINICAL)
def read_check_ins(screening_id: str) -> Any:
    """How the patient was after each treatment. Scope `clinical`."""
    found = reading.read_check_ins(context(), client(), screening_id)
    return CheckIns(check_ins=[CheckIn(**one) for one in found])
