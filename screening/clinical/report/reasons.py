"""Why an outcome is what it is: each reason with its texts, dates, and the questions behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.definitions import Definitions, with_parts
from screening.clinical.definitions.eligibility import Procedure, Reason
from screening.clinical.definitions.questionnaire import Item, ItemType
from screening.clinical.evaluation.ageing import outlived_behind
from screening.clinical.evaluation.case import Case, outlived_answers
from screening.clinical.report.parts import Aged, ReportReason


def describe_reason(
    definitions: Definitions, procedure: Procedure, reason: Reason, behind: Mapping[str, list[str]]
) -> ReportReason:
    """Return one reason with all that explains it; `behind` is what was asked about a finding."""
    rule = reason.contraindication
    origin = definitions.procedures[rule.listed_by].name if rule.listed_by else procedure.name
    return ReportReason(
        finding=rule.finding,
        name=definitions.findings[rule.finding].name,
        state=reason.state,
        grade=str(rule.grade),
        outcome=str(reason.outcome),
        wait=str(rule.defer) if rule.defer else None,
        dated=str(reason.dated) if isinstance(rule.defer, Duration) and reason.dated else None,
        until=reason.until.isoformat() if reason.until else None,
        because=reason.because,
        source=rule.source,
        sources=[rule.source, *rule.also],
        evidence=rule.evidence,
        note=rule.note,
        fixed=rule.fixed,
        recheck=rule.recheck,
        listed_by=origin,
        answers=behind.get(rule.finding, []),
        by_policy=rule.policy is not None,
    )


def say_what_aged(definitions: Definitions, case: Case, reasons: Iterable[ReportReason]) -> None:
    """Put beside each reason the answers that the day of `case` did not believe any more."""
    outlived = outlived_answers(definitions, case)
    for reason in reasons:
        if old := outlived_behind(definitions, outlived, reason["finding"]):
            reason["outlived"] = [
                Aged(
                    link_id=one.link_id,
                    answered_on=one.answered_on.isoformat(),
                    holds=str(one.life),
                )
                for one in old
            ]


def answers_behind(definitions: Definitions, asked: list[Item]) -> dict[str, list[str]]:
    """Return for each finding the questions that were asked about it, its parts included."""
    behind: dict[str, list[str]] = {}
    for name in definitions.findings:
        parts = with_parts(definitions, [name])
        behind[name] = [
            item.link_id
            for item in asked
            if item.establishes & parts or ("age" in parts and item.type is ItemType.BIRTH_DATE)
        ]
    return behind
