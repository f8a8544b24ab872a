"""What is advised for a case, in the form that other systems read and a report is replayed from."""

from __future__ import annotations

from datetime import date
from typing import Any

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Eligibility, Reason
from screening.clinical.evaluation.ageing import outlived_behind, to_confirm
from screening.clinical.evaluation.case import (
    Case,
    contradictions_in,
    days_of,
    evaluate_case,
    evaluate_visit,
    outlived_answers,
    read_by_doctor,
)


def as_json(definitions: Definitions, on: date, found: list[Eligibility]) -> dict[str, Any]:
    """Return the verdicts in the form that other systems read."""
    return {
        "definitions": definitions.hash,
        "on": on.isoformat(),
        "procedures": [_verdict(one) for one in found],
    }


def _verdict(one: Eligibility) -> dict[str, Any]:
    return {
        "procedure": one.procedure.id,
        "outcome": str(one.outcome),
        "until": one.until.isoformat() if one.until else None,
        "reasons": [_reason(reason) for reason in one.reasons],
    }


def verdicts_of(definitions: Definitions, case: Case) -> dict[str, Any]:
    """Return `case` evaluated for its day and its visit, with all that an outcome rests on.

    Why an old answer is not believed, what a person must read, what cannot both be true.
    """
    told = as_json(definitions, case.on, evaluate_case(definitions, case))
    outlived = outlived_answers(definitions, case)
    for verdict in told["procedures"]:
        for reason in verdict["reasons"]:
            if old := outlived_behind(definitions, outlived, reason["finding"]):
                reason["why"] = "; ".join(sorted(set(map(str, old))))
    for verdict, one in zip(told["procedures"], _visits(definitions, case), strict=False):
        confirm = to_confirm(definitions, one.procedure.id, case.answers, days_of(case), one.on)
        verdict["visit"] = {"on": one.on.isoformat(), **_verdict(one), "to_confirm": confirm}
        del verdict["visit"]["procedure"]
    read = [{"question": r.link_id, "text": r.text} for r in read_by_doctor(definitions, case)]
    clashing = [
        {"because": c.because, "answers": dict(c.answers), "findings": list(c.findings)}
        for c in contradictions_in(definitions, case)
    ]
    return told | {"to_read": read} | ({"contradictions": clashing} if clashing else {})


def _visits(definitions: Definitions, case: Case) -> list[Eligibility]:
    return evaluate_visit(definitions, case) if case.visit else []


def _reason(reason: Reason) -> dict[str, Any]:
    rule = reason.contraindication
    return {
        "finding": rule.finding,
        "state": reason.state,
        "grade": str(rule.grade),
        "until": reason.until.isoformat() if reason.until else None,
        "because": reason.because,
        "source": rule.source,
        **({"still": True} if reason.still else {}),
        **({"policy": rule.policy.policy} if rule.policy else {}),
    }
