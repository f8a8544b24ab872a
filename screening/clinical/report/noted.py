"""What a clinic's own system has noted, beside what the patient answers: asked about, and told.

It is no answer and establishes no finding: the question that asks about it says that it is noted,
and the patient answers as ever. A person reads all of it before anything is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
Places = Mapping[tuple[str, str], list[str]]


def questions_about(
    definitions: Definitions, questionnaire: Questionnaire, facts: Iterable[Fact]
) -> Places:
    """Return by question and option the words of what is noted about it.

    The questions that lead there have them too. What is over or not so is asked about nowhere.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for fact in facts:
        if fact["state"] != CURRENT:
            continue
        names = _findings(definitions, fact)
        reads = set(definitions.medicines.reads if fact["kind"] == MEDICINE else ())
        for section in questionnaire.sections:
            for item in section.items:
                for place in dict.fromkeys(_places(item, names, reads)):
                    found.setdefault(place, []).append(fact["text"])
    return found


def _findings(definitions: Definitions, fact: Fact) -> set[str]:
    names = definitions.findings.keys() & fact["findings"]  # the lists may have changed since
    if fact["kind"] == MEDICINE and definitions.medicines.dictionary is not None:
        known = definitions.medicines
        entries = known.dictionary.read(fact["text"]) if known.dictionary else ()
        names |= {claim.finding for claim in claims_of(known, entries)}
    return with_parts(definitions, names)


def _places(item: Item, names: set[str], reads: set[str]) -> list[tuple[str, str]]:
    """Return where `item` or what it leads to asks about these findings, or is such a text."""
    found = [
        (item.link_id, option.id)
        for option in item.options
        if names.intersection(option.means)
        or any(_places(below, names, reads) for below in option.then)
    ]
    below = [place for one in item.follow_ups for place in _places(one, names, reads)]
    own = item.link_id in reads or item.establishes & names
    return [(item.link_id, LIST), *found, *below] if own or found or below else []


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
