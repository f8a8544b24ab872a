"""A patient's answers as a FHIR R4 QuestionnaireResponse.

Each answer carries the day on which it was given. "I do not know", "I will tell only the doctor"
and "still" in place of a date are answers to the question beside it, by their codes.

Source: https://hl7.org/fhir/R4/questionnaireresponse.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from screening.clinical.definitions.questionnaire import Answer, Item, Step
from screening.clinical.fhir.codes import TYPES, Resource, Words, canonical, coding, instead

ANSWERED_ON = "urn:screening:answered-on"
NUMBERS = "urn:screening:numbers"


def response_resource(
    definitions: str,
    procedures: Iterable[str],
    steps: Iterable[Step],
    answers: Mapping[str, tuple[Answer, date]],
    words: Words,
    frame: Mapping[str, Any],
) -> Resource:
    """Return the FHIR QuestionnaireResponse of the questions asked, in their order.

    `definitions` is their hash, `answers` each with its day; `frame` is a report's: from it
    come who and when.
    """
    groups: dict[str, Resource] = {}
    for step in steps:
        empty = {"linkId": f"section.{step.section.id}", "text": step.section.title, "item": []}
        given, day = answers.get(step.item.link_id, ("", date.min))
        rows = groups.setdefault(step.section.id, empty)["item"]
        rows += _rows(step.item, given, day, words)
    declaration = frame.get("declaration") or {}  # a case file has none, and no number
    by_relative = (declaration.get("by") or {}).get("who") == "relative"
    subject = _person("Patient", (frame.get("patient") or {}).get("name"))
    relative = _person("RelatedPerson", declaration.get("name")) if by_relative else None
    resource = {
        "resourceType": "QuestionnaireResponse",
        "identifier": _numbered(frame) if declaration else None,
        "questionnaire": canonical(definitions, procedures),
        "status": "completed",
        "subject": subject,
        "authored": frame.get("submitted_at"),
        "author": relative or subject,
        "source": relative or subject,
        "item": list(groups.values()),
    }
    return {key: value for key, value in resource.items() if value}


def unsent_resource(
    definitions: str, procedures: Iterable[str], frame: Mapping[str, Any]
) -> Resource:
    """Return what is told of a questionnaire that is not sent: that it is under way."""
    chosen = list(procedures)
    resource = {
        "resourceType": "QuestionnaireResponse",
        "identifier": _numbered(frame),
        "questionnaire": canonical(definitions, chosen) if chosen else None,
        "status": "in-progress",
        "subject": _person("Patient", (frame.get("patient") or {}).get("name")),
    }
    return {key: value for key, value in resource.items() if value}


def _numbered(frame: Mapping[str, Any]) -> Resource | None:
    number = frame.get("number")
    return {"system": NUMBERS, "value": number} if number else None


def _person(type: str, name: str | None) -> Resource | None:
    return {"type": type, "display": name} if name else None


def _rows(item: Item, given: Answer, day: date, words: Words) -> list[Resource]:
    """Return the question as it was answered, and what was answered in its place beside it."""
    row = {"linkId": item.link_id, "text": item.text}
    chosen = [one for one in (given if isinstance(given, list) else [given]) if one]
    if not chosen:
        return [row]
    if TYPES[item.type] == "choice":
        return [row | {"answer": [_dated(_coded(item, one, words), day) for one in chosen]}]
    if chosen[0] in item.codes:
        beside = {"linkId": instead(item), "text": item.text}
        return [row, beside | {"answer": [_dated(_coded(item, chosen[0], words), day)]}]
    value = {"valueDate" if TYPES[item.type] == "date" else "valueString": chosen[0]}
    return [row | {"answer": [_dated(value, day)]}]


def _coded(item: Item, code: str, words: Words) -> Resource:
    return {"valueCoding": coding(item, code, words)}


def _dated(answer: Resource, day: date) -> Resource:
    """Return `answer` with the day on which it was given."""
    return answer | {"extension": [{"url": ANSWERED_ON, "valueDate": day.isoformat()}]}
