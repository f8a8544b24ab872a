"""What a clinic's own system has noted, beside what the patient answers: asked about, and told.

It is no answer and establishes no finding: the question that asks about it says that it is noted,
and the patient answers as ever. A person reads all of it before anything is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening.clinical.definitions.definitions import Definitions, with_parts
from screening.clinical.definitions.medicines import claims_of
from screening.clinical.definitions.questionnaire import Item, Questionnaire
from screening.clinical.fhir.noted import CURRENT, MEDICINE, PAST, REFUTED, Fact
from screening.clinical.report.parts import ReportRead

NOTED = "Noted by the clinic’s own system, not by the patient"
STATES = {
    PAST: "Noted by the clinic’s own system as over, not by the patient",
    REFUTED: "Noted by the clinic’s own system as not so, not by the patient",
    CURRENT: NOTED,
}
LIST = ""  # in the place of an option: the question itself


@dataclass(frozen=True, slots=True)
class Noted:
    """What is noted; `asked` where the question is about that itself, and does not lead to it."""

    text: str
    asked: bool


Place = tuple[str, str]  # a question, and an option or LIST
Places = Mapping[Place, list[Noted]]


def questions_about(
    definitions: Definitions, questionnaire: Questionnaire, facts: Iterable[Fact]
) -> Places:
    """Return by question and option what is noted about it, and about what it leads to.

    What is over or not so is asked about nowhere.
    """
    found: dict[Place, list[Noted]] = {}
    for fact in facts:
        if fact["state"] != CURRENT:
            continue
        names = _findings(definitions, fact)
        reads = set(definitions.medicines.reads if fact["kind"] == MEDICINE else ())
        for section in questionnaire.sections:
            for item in section.items:
                for place, asked in _places(item, names, reads).items():
                    found.setdefault(place, []).append(Noted(fact["text"], asked))
    return found


def _findings(definitions: Definitions, fact: Fact) -> set[str]:
    """Return what it says for certain; of what no question asks, that of which it is made up."""
    names = definitions.findings.keys() & fact["findings"]  # the lists may have changed since
    known = definitions.medicines
    if fact["kind"] == MEDICINE and known.dictionary is not None:
        claims = claims_of(known, known.dictionary.read(fact["text"]))
        names |= {claim.finding for claim in claims if claim.certain}
    asked = {name for item in definitions.items for name in item.establishes}
    return names | with_parts(definitions, names - asked)


def _places(item: Item, names: set[str], reads: set[str]) -> dict[Place, bool]:
    """Return where `item` or what it leads to asks about these findings, or is such a text."""
    found: dict[Place, bool] = {}
    for option in item.options:
        below = [place for one in option.then for place in _places(one, names, reads)]
        if below or names.intersection(option.means):
            found[item.link_id, option.id] = bool(names.intersection(option.means))
    for one in item.follow_ups:
        found |= _places(one, names, reads)
    asked = item.link_id in reads or bool(names.intersection(item.means))
    if asked or found or item.establishes & names:
        found[item.link_id, LIST] = asked
    return found


def to_read(facts: Iterable[Fact], words: Mapping[str, str]) -> list[ReportRead]:
    """Return what is noted as what a person must read first; `words` translate its heading."""
    return [
        ReportRead(
            link_id=f"noted.{place}",
            question=words.get(STATES[fact["state"]], STATES[fact["state"]]),
            text=fact["text"],
            noted=True,
        )
        for place, fact in enumerate(facts, start=1)
    ]
