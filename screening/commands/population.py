"""Draw the ordinary patients of the alarm budget, and say what the lists tell them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.people import Answered, People
from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.whatif.alarms import SEXES, count_alarms, describe_alarms


def alarms_of(definitions: Definitions, people: People) -> str:
    """Return the alarm budget as Markdown, the same at every run."""
    budgets = count_alarms(
        definitions, people.on, draw_people(people, definitions.bindings.birth_date)
    )
    return describe_alarms(people, budgets)


def draw_people(people: People, birth_date: str) -> Iterator[tuple[str, dict[str, Answer]]]:
    """Yield the sex and the answers of each patient, the same ones at every run."""
    chance = random.Random(people.seed)
    for sex in SEXES:
        for _ in range(people.count[sex]):
            yield sex, _draw(chance, people, sex, birth_date)


def _draw(chance: random.Random, people: People, sex: str, birth_date: str) -> dict[str, Answer]:
    born = f"{people.on.year - chance.randint(*people.ages[sex])}-05-14"
    answers: dict[str, Answer] = {birth_date: born}
    _answer(chance, people, answers, people.everyone[sex])
    for trait in people.traits:
        if chance.uniform(0, 100) < getattr(trait, sex):
            _answer(chance, people, answers, trait.answers)
            for percent, more in trait.of_these:
                if chance.uniform(0, 100) < percent:
                    _answer(chance, people, answers, more, instead=True)
    for question, rate in people.not_known.items():
        if question not in answers and chance.uniform(0, 100) < rate:
            answers[question] = "unknown"
    return answers


def _answer(
    chance: random.Random,
    people: People,
    answers: dict[str, Answer],
    new: Answered,
    instead: bool = False,
) -> None:
    """Add `new`: choices to choices, a "yes" over anything, other answers where none stands."""
    for question, given in new.items():
        value: Answer
        if isinstance(given, Mapping):
            value = (people.on - timedelta(days=chance.randint(*given["ago"]))).isoformat()
        elif isinstance(given, str):
            value = given
        else:
            before = answers.get(question, ())
            kept = () if isinstance(before, str) else tuple(before)
            value = [*kept, *(one for one in given if one not in kept)]
        if isinstance(value, list) or question not in answers or instead or value == "yes":
            answers[question] = value
