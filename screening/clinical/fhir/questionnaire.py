"""The questions of a set of procedures as a FHIR R4 Questionnaire, in all languages.

Its url stays and its version is the hash of the lists, so that no two versions of a question are
ever taken for the same. Sections are groups; follow-ups stand beside their parent and say with
enableWhen what leads to them. Beside a date or text that may be missing stands a question of its
own for the reason, with codes: what has no value would be dropped by other software.

Source: https://hl7.org/fhir/R4/questionnaire.html, extension-translation.html,
extension-questionnaire-optionexclusive.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from screening.clinical.definitions.definitions import Definitions, assemble_questionnaire
from screening.clinical.definitions.language import ENGLISH
from screening.clinical.definitions.questionnaire import NOT_KNOWN, YES, Item, ItemType
from screening.clinical.fhir.codes import (
    ALONE,
    QUESTIONS,
    TYPES,
    Resource,
    Words,
    address,
    coding,
    instead,
)

CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
EXCLUSIVE = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


def questionnaire_resource(
    definitions: Definitions, procedures: Iterable[str], words: Mapping[str, Words]
) -> Resource:
    """Return the FHIR Questionnaire of `procedures`; `words` has "yes" and the like by language."""
    chosen = sorted(procedures)
    writer = _Writer(definitions, words)
    return {
        "resourceType": "Questionnaire",
        "language": ENGLISH,
        "url": address(chosen),
        "version": definitions.hash,
        "status": "active",
        "experimental": True,
        **writer.text("title", *(definitions.procedures[name].name for name in chosen)),
        "subjectType": ["Patient"],
        "item": [
            {
                "linkId": f"section.{section.id}",
                **writer.text("text", section.title),
                "type": "group",
                "item": list(writer.items(section.items, [])),
            }
            for section in assemble_questionnaire(definitions, chosen).sections
        ],
    }


class _Writer:
    """Writes questions with the words of every language beside those of the lists."""

    def __init__(self, definitions: Definitions, words: Mapping[str, Words]):
        self.known = definitions.translations
        self.words = words

    def text(self, key: str, *texts: str) -> Resource:
        """Return `key` with the texts, and with their translations beside it."""
        said = {
            language: "; ".join(known[one] for one in texts)
            for language, known in self.known.items()
            if all(one in known for one in texts)
        }
        return {key: "; ".join(texts), **_translated(key, said)}

    def items(self, items: Iterable[Item], enabled: list[Resource]) -> Iterator[Resource]:
        for item in items:
            yield _enabled(self._item(item), enabled)
            if TYPES[item.type] != "choice" and item.codes:
                yield _enabled(self._instead(item), enabled)
            for below, codes in _branches(item):
                when = [
                    {
                        "question": item.link_id,
                        "operator": "=",
                        "answerCoding": coding(item, code, self.words[ENGLISH]),
                    }
                    for code in codes
                ]
                yield from self.items(below, when)

    def _item(self, item: Item) -> Resource:
        resource = self._asked(item, item.link_id, TYPES[item.type])
        # A date that may be missing is answered by the question beside it instead.
        is_choice = resource["type"] == "choice"
        resource["required"] = item.required and (is_choice or not item.codes)
        if item.type is ItemType.SOME_OF:
            resource["repeats"] = True
        if item.type is ItemType.TEXT:
            resource["maxLength"] = item.longest
        if is_choice:
            resource["answerOption"] = [self._option(item, code) for code in item.codes]
        if item.help:
            resource["item"] = [self._help(item, item.help)]
        return resource

    def _instead(self, item: Item) -> Resource:
        resource = self._asked(item, instead(item), "choice")
        return resource | {"answerOption": [self._option(item, code) for code in item.codes]}

    def _asked(self, item: Item, link_id: str, type: str) -> Resource:
        named = {"system": QUESTIONS, "code": link_id}
        return {"linkId": link_id, "code": [named], **self.text("text", item.text), "type": type}

    def _option(self, item: Item, code: str) -> Resource:
        chosen = coding(item, code, self.words[ENGLISH])
        said = {
            language: words.get(code) or self.known.get(language, {}).get(chosen["display"])
            for language, words in self.words.items()
            if language != ENGLISH
        }
        chosen |= _translated("display", {key: text for key, text in said.items() if text})
        option: Resource = {"valueCoding": chosen}
        if item.type is ItemType.SOME_OF and code in ALONE:
            option["extension"] = [{"url": EXCLUSIVE, "valueBoolean": True}]
        return option

    def _help(self, item: Item, text: str) -> Resource:
        control = {"coding": [{"system": CONTROLS, "code": "help"}]}
        return {
            "extension": [{"url": CONTROL, "valueCodeableConcept": control}],
            "linkId": f"{item.link_id}.help",
            **self.text("text", text),
            "type": "display",
        }


def _translated(key: str, said: Mapping[str, str]) -> Resource:
    extensions = [
        {
            "url": TRANSLATION,
            "extension": [
                {"url": "lang", "valueCode": language},
                {"url": "content", "valueString": text},
            ],
        }
        for language, text in said.items()
    ]
    return {f"_{key}": {"extension": extensions}} if extensions else {}


def _enabled(resource: Resource, enabled: list[Resource]) -> Resource:
    when = {"enableWhen": enabled} if enabled else {}
    return resource | when | ({"enableBehavior": "any"} if len(enabled) > 1 else {})


def _branches(item: Item) -> Iterator[tuple[tuple[Item, ...], list[str]]]:
    """Yield each group of follow-ups with the answers that lead to it."""
    yield item.if_yes, [YES]
    yield item.if_not_no, [YES, NOT_KNOWN]
    for option in item.options:
        yield option.then, [option.id]
