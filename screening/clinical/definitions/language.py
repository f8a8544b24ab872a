"""The same definitions in another language: only texts differ, never a rule.

A text without a translation stays in English, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from screening.clinical.definitions.aftercare import Aftercare, Statement
from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Procedure
from screening.clinical.definitions.findings import Finding
from screening.clinical.definitions.questionnaire import Item, Option, Section

ENGLISH = "en"
Said = TypeVar("Said", bound=Statement)


def in_language(definitions: Definitions, language: str) -> Definitions:
    """Return `definitions` with every text that has a translation in `language`."""
    if language not in definitions.translations:
        return definitions
    known = definitions.translations[language]
    return replace(
        definitions,
        title=_say(definitions.title, known) if definitions.title else None,
        sections=tuple(_section(s, known) for s in definitions.sections),
        findings={f.id: _finding(f, known) for f in definitions.findings.values()},
        procedures={p.id: _procedure(p, known) for p in definitions.procedures.values()},
        policies=tuple(
            replace(change, because=_say(change.because, known) if change.because else None)
            for change in definitions.policies
        ),
        contradictions=tuple(
            replace(
                one,
                because=_say(one.because, known),
                ask=_say(one.ask, known) if one.ask else None,
            )
            for one in definitions.contradictions
        ),
    )


def texts_of(definitions: Definitions) -> Iterator[str]:
    """Yield every text that a patient or a doctor reads; notes for the clinical lead aside."""
    if definitions.title:
        yield definitions.title
    for section in definitions.sections:
        yield section.title
    for item in definitions.items:
        yield from filter(None, (item.text, item.help, item.find_out, item.still, item.row))
        for option in item.options:
            yield from filter(None, (option.text, option.row))
    for finding in definitions.findings.values():
        yield from filter(None, (finding.name, finding.date))
    for procedure in definitions.procedures.values():
        yield from (procedure.name, procedure.summary)
        for rule in procedure.contraindications:
            yield from filter(None, (rule.because, rule.if_unknown))
        yield from (step.text for step in procedure.preparation)
        yield from (statement.text for statement in procedure.aftercare)
    yield from (change.because for change in definitions.policies if change.because)
    for one in definitions.contradictions:
        yield from filter(None, (one.because, one.ask))


def missing_texts(definitions: Definitions) -> dict[str, list[str]]:
    """Return each text that lacks a translation, and the languages that it lacks."""
    missing = {
        text: [name for name, known in definitions.translations.items() if text not in known]
        for text in texts_of(definitions)
    }
    return {text: languages for text, languages in missing.items() if languages}


def _section(section: Section, known: Mapping[str, str]) -> Section:
    items = tuple(_item(item, known) for item in section.items)
    return Section(section.id, _say(section.title, known), items)


def _item(item: Item, known: Mapping[str, str]) -> Item:
    return replace(
        item,
        text=_say(item.text, known),
        help=_say(item.help, known) if item.help else None,
        find_out=_say(item.find_out, known) if item.find_out else None,
        still=_say(item.still, known) if item.still else None,
        row=_say(item.row, known) if item.row else None,
        options=tuple(_option(option, known) for option in item.options),
        if_yes=tuple(_item(i, known) for i in item.if_yes),
        if_not_no=tuple(_item(i, known) for i in item.if_not_no),
    )


def _option(option: Option, known: Mapping[str, str]) -> Option:
    return replace(
        option,
        text=_say(option.text, known),
        row=_say(option.row, known) if option.row else None,
        then=tuple(_item(item, known) for item in option.then),
    )


def _finding(finding: Finding, known: Mapping[str, str]) -> Finding:
    date = _say(finding.date, known) if finding.date else None
    return replace(finding, name=_say(finding.name, known), date=date)


def _procedure(procedure: Procedure, known: Mapping[str, str]) -> Procedure:
    return replace(
        procedure,
        name=_say(procedure.name, known),
        summary=_say(procedure.summary, known),
        contraindications=tuple(
            replace(
                rule,
                because=_say(rule.because, known),
                if_unknown=_say(rule.if_unknown, known) if rule.if_unknown else None,
            )
            for rule in procedure.contraindications
        ),
        preparation=tuple(
            replace(step, text=_say(step.text, known)) for step in procedure.preparation
        ),
        aftercare=_aftercare(procedure.aftercare, known),
    )


def _aftercare(aftercare: Aftercare, known: Mapping[str, str]) -> Aftercare:
    return Aftercare(
        _statements(aftercare.advice, known),
        _statements(aftercare.warning_signs, known),
        _statements(aftercare.expectations, known),
        _statements(aftercare.visits, known),
        _statements(aftercare.course, known),
    )


def _statements(statements: tuple[Said, ...], known: Mapping[str, str]) -> tuple[Said, ...]:
    return tuple(replace(one, text=_say(one.text, known)) for one in statements)


def _say(text: str, known: Mapping[str, str]) -> str:
    return known.get(text, text)
