"""The patients of the alarm budget answer the questions of these lists, and the right ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.people import Drawn, People
from screening.clinical.evaluation.case import CaseError, read_case
from screening.definitions.problems import Problem, unknown

Places = Mapping[str, tuple[str, int]]


def check_people(definitions: Definitions, places: Places) -> list[Problem]:
    """Return each trait whose answers no patient could give, and each unknown question."""
    people = definitions.people
    if people is None:
        return []
    links = {item.link_id: item for item in definitions.items}
    problems = [Problem(*places[p], text) for p, text in _faults(definitions, people)]
    for question in people.not_known:
        if question not in links:
            problems.append(Problem(*places["do_not_know"], unknown("question", question, links)))
    return problems


def _faults(definitions: Definitions, people: People) -> Iterator[tuple[str, str]]:
    ways = [("population ", answers) for answers in people.everyone.values()]
    for trait in people.traits:
        also = ({**trait.answers, **more} for _, more in trait.of_these)
        ways += [(f"trait {trait.id}", answers) for answers in (trait.answers, *also)]
    for place, answers in ways:
        case = {
            "procedures": list(definitions.procedures)[:1],
            "on": people.on.isoformat(),
            "answers": {q: _example(given, people) for q, given in answers.items()},
            "otherwise": "absent",
        }
        try:
            read_case(definitions, case)
        except CaseError as error:
            yield place, "; ".join(error.problems)


def _example(given: Drawn, people: People) -> str | list[str]:
    match given:
        case str():
            return given
        case Mapping():
            return people.on.isoformat()
    return list(given)
