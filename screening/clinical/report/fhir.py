"""The questionnaire and its answers as FHIR R4 resources, which other systems read.

Both name the definitions by their hash (an ni: address, RFC 6920), so that no two
versions of a question are ever taken for the same. Sections are groups; follow-ups
stand beside their parent and say with enableWhen what leads to them. "I do not
know" and "I will tell only the doctor" carry FHIR's own reasons for a missing value.
Each answer carries the day on which it was given.

Source: https://hl7.org/fhir/R4/questionnaire.html and questionnaireresponse.html
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from screening.clinical.definitions.definitions import Definitions, assemble_questionnaire
from screening.clinical.definitions.questionnaire import (
    NO,
    NOT_KNOWN,
    STILL,
    TELL_DOCTOR,
    YES,
    Answer,
    Item,
    ItemType,
    Step,
)

Resource = dict[str, Any]

YES_OR_NO = "http://terminology.hl7.org/CodeSystem/v2-0136"
ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ANSWERED_ON = "urn:screening:answered-on"
GOES_ON = "urn:screening:still"
NO_VALUE = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
STANDARD = {
    YES: (YES_OR_NO, "Y"),
    NO: (YES_OR_NO, "N"),
    NOT_KNOWN: (ABSENT_REASON, "asked-unknown"),
    TELL_DOCTOR: (ABSENT_REASON, "asked-declined"),
}
TYPES = {
    ItemType.YES_NO: "choice",
    ItemType.ONE_OF: "choice",
    ItemType.SOME_OF: "choice",
    ItemType.DATE: "date",
    ItemType.BIRTH_DATE: "date",
    ItemType.TEXT: "text",
}


def questionnaire_resource(
    definitions: Definitions, procedures: Iterable[str], words: Mapping[str, str]
) -> Resource:
    """Return the FHIR Questionnaire of `procedures`; `words` names "yes", "no" and the like."""
    chosen = list(procedures)
    address = address_of(definitions.hash)
    return {
        "resourceType": "Questionnaire",
        "url": canonical(definitions.hash, chosen),
        "status": "active",
        "experimental": True,
        "title": "; ".join(definitions.procedures[name].name for name in chosen),
        "subjectType": ["Patient"],
        "item": [
            {
                "linkId": f"section.{section.id}",
                "text": section.title,
                "type": "group",
                "item": list(_items(section.items, [], address, words)),
            }
            for section in assemble_questionnaire(definitions, chosen).sections
        ],
    }


def response_resource(
    definitions: str,
    procedures: Iterable[str],
    steps: Iterable[Step],
    answers: Mapping[str, tuple[Answer, date]],
    words: Mapping[str, str],
    frame: Mapping[str, Any],
) -> Resource:
    """Return the FHIR QuestionnaireResponse of the questions asked, in their order.

    `definitions` is their hash, `answers` each with its day; `frame` is a report's: from it
    come who and when.
    """
    address = address_of(definitions)
    groups: dict[str, Resource] = {}
    for step in steps:
        empty = {"linkId": f"section.{step.section.id}", "text": step.section.title, "item": []}
        given, day = answers.get(step.item.link_id, ("", date.min))
        said = [_dated(_value(step.item, one, address, words), day) for one in _each(given)]
        row = {"linkId": step.item.link_id, "text": step.item.text}
        groups.setdefault(step.section.id, empty)["item"].append(
            row | ({"answer": said} if said else {})
        )
    name = (frame.get("patient") or {}).get("name")
    resource = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": canonical(definitions, procedures),
        "status": "completed",
        "authored": frame.get("submitted_at"),
        "subject": {"type": "Patient", "display": name} if name else None,
        "item": list(groups.values()),
    }
    return {key: value for key, value in resource.items() if value}


def address_of(hash: str) -> str:
    """Return "sha256:HEX" as an ni: address."""
    digest = bytes.fromhex(hash.removeprefix("sha256:"))
    return "ni:///sha-256;" + urlsafe_b64encode(digest).decode().rstrip("=")


def canonical(hash: str, procedures: Iterable[str]) -> str:
    """Return what names the questionnaire of these procedures."""
    return f"{address_of(hash)}?procedures={','.join(procedures)}"


def _items(
    items: Iterable[Item], enabled: list[Resource], address: str, words: Mapping[str, str]
) -> Iterator[Resource]:
    for item in items:
        yield _item(item, enabled, address, words)
        for below, codes in _branches(item):
            when = [
                {
                    "question": item.link_id,
                    "operator": "=",
                    "answerCoding": _coding(item, code, address, words),
                }
                for code in codes
            ]
            yield from _items(below, when, address, words)


def _branches(item: Item) -> Iterator[tuple[tuple[Item, ...], list[str]]]:
    """Yield each group of follow-ups with the answers that lead to it."""
    yield item.if_yes, [YES]
    yield item.if_not_no, [YES, NOT_KNOWN]
    for option in item.options:
        yield option.then, [option.id]


def _item(item: Item, enabled: list[Resource], address: str, words: Mapping[str, str]) -> Resource:
    resource: Resource = {
        "linkId": item.link_id,
        "text": item.text,
        "type": TYPES[item.type],
        "required": item.required,
    }
    if enabled:
        resource["enableWhen"] = enabled
    if len(enabled) > 1:
        resource["enableBehavior"] = "any"
    if item.type is ItemType.SOME_OF:
        resource["repeats"] = True
    if item.type is ItemType.TEXT:
        resource["maxLength"] = item.longest
    if resource["type"] == "choice":
        resource["answerOption"] = [
            {"valueCoding": _coding(item, code, address, words)} for code in item.codes
        ]
    if item.help:
        resource["item"] = [_help(item)]
    return resource


def _help(item: Item) -> Resource:
    control = {"coding": [{"system": CONTROLS, "code": "help"}]}
    return {
        "extension": [{"url": CONTROL, "valueCodeableConcept": control}],
        "linkId": f"{item.link_id}.help",
        "text": item.help,
        "type": "display",
    }


def _coding(item: Item, code: str, address: str, words: Mapping[str, str]) -> Resource:
    texts = {option.id: option.text for option in item.options}
    system, standard = STANDARD.get(code, (f"{address}#{item.link_id}", code))
    return {"system": system, "code": standard, "display": texts.get(code, words.get(code, code))}


def _each(answer: Answer) -> list[str]:
    return [one for one in (answer if isinstance(answer, list) else [answer]) if one]


def _dated(answer: Resource, day: date) -> Resource:
    """Return `answer` with the day on which it was given."""
    extension = {"url": ANSWERED_ON, "valueDate": day.isoformat()}
    return answer | {"extension": [*answer.get("extension", ()), extension]}


def _value(item: Item, answer: str, address: str, words: Mapping[str, str]) -> Resource:
    """Return one answer; a date or text that is withheld says only why there is none."""
    if TYPES[item.type] == "choice":
        return {"valueCoding": _coding(item, answer, address, words)}
    if answer in (NOT_KNOWN, TELL_DOCTOR):
        return {"extension": [{"url": NO_VALUE, "valueCode": STANDARD[answer][1]}]}
    if answer == STILL:
        goes_on = {"url": GOES_ON, "valueString": item.still}
        return {"extension": [{"url": NO_VALUE, "valueCode": "not-applicable"}, goes_on]}
    return {"valueDate" if TYPES[item.type] == "date" else "valueString": answer}
