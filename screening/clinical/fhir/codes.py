"""The codes and names by which questions and answers are known to other systems.

All are ours: no openly licensed list of codes says what these questions ask. Yes, no and the
reasons for a missing value are FHIR's own.

Source: https://hl7.org/fhir/R4/codesystem-data-absent-reason.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    TELL_DOCTOR,
    YES,
    Item,
    ItemType,
)

Resource = dict[str, Any]
Words = Mapping[str, str]

YES_OR_NO = "http://terminology.hl7.org/CodeSystem/v2-0136"
ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
QUESTIONS = "urn:screening:questions"
FINDINGS = "urn:screening:findings"
STANDARD = {
    YES: (YES_OR_NO, "Y"),
    NO: (YES_OR_NO, "N"),
    NOT_KNOWN: (ABSENT_REASON, "asked-unknown"),
    TELL_DOCTOR: (ABSENT_REASON, "asked-declined"),
}
ALONE = {NONE_OF_THESE, NOT_KNOWN, TELL_DOCTOR}  # what goes with no tick beside it
TYPES = {
    ItemType.YES_NO: "choice",
    ItemType.ONE_OF: "choice",
    ItemType.SOME_OF: "choice",
    ItemType.DATE: "date",
    ItemType.BIRTH_DATE: "date",
    ItemType.TEXT: "text",
}


def address(procedures: Iterable[str]) -> str:
    """Return what the questionnaire of a set of procedures is called, whatever its version."""
    return f"urn:screening:questionnaire:{','.join(sorted(procedures))}"


def canonical(hash: str, procedures: Iterable[str]) -> str:
    """Return what names one version of it: the lists by their hash."""
    return f"{address(procedures)}|{hash}"


def coding(item: Item, code: str, words: Words) -> Resource:
    """Return an answer's code with its words, where it is chosen from several."""
    texts = {option.id: option.text for option in item.options} | {"still": item.still}
    system, standard = STANDARD.get(code, (f"urn:screening:answers:{item.link_id}", code))
    shown = texts.get(code) or words.get(code, code)
    return {"system": system, "code": standard, "display": shown}


def instead(item: Item) -> str:
    """Return the linkId of what is answered in place of a date or text."""
    return f"{item.link_id}.instead"
