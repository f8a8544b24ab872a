"""What is advised as FHIR R4 DetectedIssues: one for the day of the answers, one for the visit.

The day that each was weighed for stands in an extension; the one for the visit names what is to
confirm by then, without which it says nothing. What a person must read first and what cannot
all be true stand in extensions too, the words as the patient gave them.

Source: https://hl7.org/fhir/R4/detectedissue.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.fhir.codes import FINDINGS, Resource
from screening.clinical.report.parts import (
    Report,
    ReportClash,
    ReportProcedure,
    ReportReason,
    ReportVisit,
)

WEIGHED_FOR = "urn:screening:weighed-for"
TO_CONFIRM = "urn:screening:to-confirm"
TO_READ = "urn:screening:to-read"
CONTRADICTION = "urn:screening:contradiction"
OUTCOMES = "urn:screening:outcome"
SEVERITIES = {
    Outcome.CONTRAINDICATED: "high",
    Outcome.DEFERRED: "high",
    Outcome.INFORMATION_NEEDED: "moderate",
    Outcome.PRECAUTION: "moderate",
    Outcome.NONE_IDENTIFIED: "low",
}


def detected_issues(report: Report) -> list[Resource]:
    """Return the issues of all procedures, weighed for the day of the report and for the visit."""
    texts: dict[str, list[str]] = {}
    for read in report.get("to_read", []):
        texts.setdefault(read["link_id"], []).append(read["text"])
    clashes = [_clash(one) for one in report.get("contradictions", [])]
    found: list[Resource] = []
    for procedure in report["procedures"]:
        heard = [
            _named(TO_READ, ("question", link_id), ("text", text))
            for link_id in procedure.get("to_read", [])
            for text in texts.get(link_id, [])
        ]
        for issue in _issues(report["on"], procedure, report["frame"]):
            issue["extension"] += [*heard, *clashes]
            issue["detail"] += " A person must read some answers first." if heard else ""
            issue["detail"] += " Some answers cannot all be true." if clashes else ""
            found.append(issue)
    return found


def _clash(clash: ReportClash) -> Resource:
    answers = [("question", one["link_id"]) for one in clash["answers"]]
    return _named(CONTRADICTION, ("because", clash["because"]), *answers)


def _named(url: str, *parts: tuple[str, str]) -> Resource:
    return {"url": url, "extension": [{"url": name, "valueString": text} for name, text in parts]}


def _issues(on: str, procedure: ReportProcedure, frame: Mapping[str, Any]) -> Iterator[Resource]:
    said = procedure["outcome"], procedure["until"], procedure["reasons"]
    yield _issue(procedure, on, *said, frame)
    if visit := procedure.get("visit"):
        yield _for_visit(procedure, visit, frame)


def _for_visit(
    procedure: ReportProcedure, visit: ReportVisit, frame: Mapping[str, Any]
) -> Resource:
    said = visit["outcome"], visit["until"], visit["reasons"]
    issue = _issue(procedure, visit["on"], *said, frame)
    confirm = [{"url": TO_CONFIRM, "valueString": link_id} for link_id in visit["to_confirm"]]
    if confirm:
        issue["detail"] += " Provided that the answers to confirm still hold on the day."
    return issue | {"extension": [*issue["extension"], *confirm]}


def _issue(
    procedure: ReportProcedure,
    day: str,
    outcome: str,
    until: str | None,
    reasons: Iterable[ReportReason],
    frame: Mapping[str, Any],
) -> Resource:
    name = (frame.get("patient") or {}).get("name")
    wait = f" until {until}" if until else ""
    issue: Resource = {
        "resourceType": "DetectedIssue",
        "extension": [{"url": WEIGHED_FOR, "valueDate": day}],
        "status": "preliminary",
        "code": {"coding": [{"system": OUTCOMES, "code": outcome}], "text": procedure["name"]},
        "severity": SEVERITIES[Outcome(outcome)],
        "patient": {"display": name} if name else None,
        "identifiedDateTime": frame.get("submitted_at"),
        "detail": f"{procedure['name']} on {day}: {outcome}{wait}.",
        "evidence": [
            {"code": [{"coding": [_coded(r)], "text": f"{r['name']} ({_state(r)})"}]}
            for r in reasons
        ],
    }
    return {key: value for key, value in issue.items() if value}


def _coded(reason: ReportReason) -> Resource:
    return {"system": FINDINGS, "code": reason["finding"]}


def _state(reason: ReportReason) -> str:
    return f"{reason['state']}, no end yet" if reason.get("still") else reason["state"]
