"""What the program itself has to know is bound to ids that this folder has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.questionnaire import ItemType, walk
from screening.definitions.kinds import SettingsFile
from screening.definitions.problems import Problem, unknown

Places = Mapping[str, tuple[str, int]]
BINDINGS = 4  # the format from which they are demanded
SETTINGS = "settings "


def check_bindings(
    definitions: Definitions, settings: SettingsFile | None, places: Places
) -> list[Problem]:
    """Return each binding that is missing or leads nowhere, and how to mend it."""
    if settings is None or (settings.bindings is None and settings.format < BINDINGS):
        return []
    found = list(_birth_date(definitions, settings))
    if settings.bindings is not None:
        found += _arrival(definitions)
    return [Problem(*places[place], text) for place, text in found]


def _birth_date(definitions: Definitions, settings: SettingsFile) -> Iterator[tuple[str, str]]:
    name = settings.bindings.birth_date if settings.bindings else None
    asking = [item for item in definitions.items if item.type is ItemType.BIRTH_DATE]
    if name is None:
        if asking:
            like = f"write  bindings: {{birth_date: {asking[0].link_id}}}"
        else:
            like = 'ask for it with "answer: birth-date", and write  bindings: {birth_date: ITS-ID}'
        place = "binding birth_date" if settings.bindings else SETTINGS
        yield place, f"does not say which question asks for the date of birth; {like}"
        return
    known = {item.link_id: item for item in definitions.items}
    if name not in known:
        yield "binding birth_date", unknown("question", name, known)
    elif known[name].type is not ItemType.BIRTH_DATE:
        text = f'"{name}" asks for no date of birth; give it "answer: birth-date"'
        yield "binding birth_date", text
    elif not known[name].always or not any(known[name] in s.items for s in definitions.sections):
        text = f'"{name}" must be asked of everyone; put it directly below "questions:"'
        yield "binding birth_date", f'{text} and give it "always: true"'


def _arrival(definitions: Definitions) -> Iterator[tuple[str, str]]:
    bound = definitions.bindings
    sections = {section.id: section for section in definitions.sections}
    reads = set(definitions.medicines.reads)
    if bound.medicines is None and reads:
        homes = (
            section.id
            for section in definitions.sections
            if reads & {item.link_id for item in walk(section.items)}
        )
        text = "does not say which section asks about medicines; write below bindings:"
        yield "binding medicines", f"{text}  medicines: {next(homes, 'ITS-ID')}"
    elif bound.medicines is not None and bound.medicines not in sections:
        yield "binding medicines", unknown("section", bound.medicines, sections)
    asked = {name for item in definitions.items for name in item.establishes}
    for row, names in bound.arrival.items():
        for name in sorted(names - asked):
            if name in definitions.findings:
                yield f"row {row}", f'no question establishes "{name}"; name one that is asked'
            else:
                yield f"row {row}", unknown("finding", name, definitions.findings)
