"""Why an outcome is what it is: each reason with its texts, dates, and the questions behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.definitions import Definitions, parts_of
from screening.clinical.definitions.eligibility import Procedure, Reason
from screening.clinical.definitions.medicines import Status
from screening.clinical.definitions.questionnaire import Answer, Item, ItemType
from screening.clinical.evaluation.ageing import outlived_behind
from screening.clinical.evaluation.case import (
    Case,
    contradictions_in,
    outlived_answers,
    read_by_doctor,
)
from screening.clinical.report.parts import Aged, ReportClash, ReportRead, ReportReason

Wording = Callable[[Item, Answer], str]  # an answer as a person reads it


def describe_reason(
    definitions: Definitions, procedure: Procedure, reason: Reason, behind: Mapping[str, list[str]]
) -> ReportReason:
    """Return one reason with all that explains it; `behind` is what was asked about a finding."""
    rule = reason.contraindication
    origin = definitions.procedures[rule.listed_by].name if rule.listed_by else procedure.name
    described = ReportReason(
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
    if reason.still:
        described["still"] = True
        described["counted_from"] = definitions.findings[rule.finding].date
    return described


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


def read_first(definitions: Definitions, case: Case, shown: Wording) -> list[ReportRead]:
    """Return what a person must read before anything is decided, each answer once."""
    items = {item.link_id: item for item in definitions.items}
    found = []
    for one in read_by_doctor(definitions, case):
        item = items[one.link_id]
        said = shown(item, one.text) if one.text in item.codes else one.text
        read = ReportRead(link_id=item.link_id, question=item.text, text=said)
        if item.link_id in definitions.medicines.reads and (odd := _not_recognised(case)):
            read["not_recognised"] = odd
        found.append(read)
    return found


def _not_recognised(case: Case) -> list[str]:
    """Return what nobody recognised: a whole entry, or the words beside a name."""
    entries = case.medicines.entries
    strange = {one: one.status in (Status.NOT_RECOGNISED, Status.GUESS) for one in entries}
    odd = (one.text if strange[one] else ", ".join(one.left_over) for one in entries)
    return [text for text in odd if text]


def cannot_all_be_true(
    definitions: Definitions, case: Case, shown: Wording, words: Mapping[str, str]
) -> list[ReportClash]:
    """Return the answers that contradict each other, in the words of their questions.

    `words` has the sentence for those that no file declares.
    """
    items = {item.link_id: item for item in definitions.items}
    return [
        ReportClash(
            because=words.get(one.because, one.because),
            answers=[
                ReportRead(
                    link_id=link_id, question=items[link_id].text, text=shown(items[link_id], said)
                )
                for link_id, said in one.answers.items()
            ],
            leaves_open=[definitions.findings[name].name for name in one.findings],
        )
        for one in contradictions_in(definitions, case)
    ]


def answers_behind(definitions: Definitions, asked: list[Item]) -> dict[str, list[str]]:
    """Return for each finding the questions that were asked about it, its parts included."""
    told = [
        (item.link_id, item.establishes | ({"age"} if item.type is ItemType.BIRTH_DATE else set()))
        for item in asked
    ]
    return {
        name: [link_id for link_id, names in told if not parts.isdisjoint(names)]
        for name, parts in parts_of(definitions).items()
    }
