"""Nothing that a patient says is silent, and nothing lasts by accident.

What is demanded depends on the format that a folder declares, so that a folder packed
before still opens: holds from 2 on, consequences and coverage from 3 on. What is
written is checked in every format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.questionnaire import Item, ItemType, Option
from screening.definitions.checking.matrix import blank_cells
from screening.definitions.problems import Problem

Places = Mapping[str, tuple[str, int]]
HOLDS, CONSEQUENCES = 2, 3  # the format from which each is demanded
DECIDE = "give it 'means', 'doctor_reads: true' or 'no_consequence: because ...'"


def check_silence(definitions: Definitions, places: Places) -> list[Problem]:
    """Return every answer that leads to nothing without a word, and every blank cell."""
    found = [*_idle_words(definitions), *_misplaced_cells(definitions)]
    if definitions.format >= HOLDS:
        found += [
            (f"question {item.link_id}", "does not say how long an answer lasts; write 'holds'")
            for item in definitions.items
            if f"holds {item.link_id}" not in places and not _is_passing(definitions, item)
        ]
    if definitions.format >= CONSEQUENCES:
        found += [*_without_consequence(definitions), *_booked_twice(definitions)]
    problems = [Problem(*places[place], text) for place, text in found]
    if definitions.format >= CONSEQUENCES:
        problems += _blank_cells(definitions, places)
    return problems


def _is_passing(definitions: Definitions, item: Item) -> bool:
    """Return whether something else already says that an answer is of its day only."""
    if item.within or item.type is ItemType.DATE:
        return True
    rules = [
        rule
        for procedure in definitions.procedures.values()
        for rule in procedure.contraindications
        if rule.finding in item.establishes
    ]
    return bool(rules) and all(rule.defer for rule in rules)


def _idle_words(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield each answer that says two things about what follows from it."""
    for item in definitions.items:
        for place, one in _answers(item):
            if one.no_consequence and (one.means or one.doctor_reads or _dates(one)):
                yield place, "has a consequence; take away its 'no_consequence'"
        if item.type.has_options and (item.doctor_reads or item.no_consequence):
            text = "say at each option whether the doctor reads it, or why nothing follows"
            yield f"question {item.link_id}", text
        if item.still and (item.booked or not item.dates):
            text = "'still' belongs to a question with 'dates' about what has happened"
            yield f"question {item.link_id}", text


def _answers(item: Item) -> Iterator[tuple[str, Item | Option]]:
    """Yield each answer that can say something, with the place of its words."""
    if item.type.has_options:
        for option in item.options:
            yield f"option {item.link_id} {option.id}", option
    elif item.type is not ItemType.BIRTH_DATE:
        yield f"question {item.link_id}", item


def _dates(one: Item | Option) -> bool:
    return isinstance(one, Item) and one.dates is not None


def _without_consequence(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for item in definitions.items:
        for place, one in _answers(item):
            if not (one.means or _dates(one) or one.doctor_reads or one.no_consequence):
                what = f'"{one.id}"' if isinstance(one, Option) else "an answer"
                yield place, f"{what} leads to nothing; {DECIDE}"
            elif one.doctor_reads and not one.means and not item.always and not item.establishes:
                yield f"question {item.link_id}", "is never asked; mark it always: true"


def _booked_twice(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield each second question for the day of a booked finding: the wait is around both."""
    seen: set[str] = set()
    for item in definitions.items:
        if item.dates and item.booked:
            if item.dates in seen:
                text = f'another question dates "{item.dates}" too; give each day its own finding'
                yield f"question {item.link_id}", text
            seen.add(item.dates)


def _misplaced_cells(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield each decision beside a rule, and each that points to a rule that is not there."""
    for name, cells in definitions.coverage.items():
        procedure = definitions.procedures[name]
        ruled = {rule.finding: rule for rule in procedure.contraindications}
        for finding, cell in cells.items():
            place = f"cell {name} {finding}"
            if finding in ruled:
                listed = ruled[finding].listed_by
                yield place, f'the list of {listed} has a rule for "{finding}"; leave this line out'
            for other in cell.by:
                if other not in ruled:
                    yield (
                        place,
                        f'the list of {name} has no rule for "{other}" that could cover it',
                    )


def _blank_cells(definitions: Definitions, places: Places) -> Iterator[Problem]:
    for procedure, finding in blank_cells(definitions):
        place = places.get(f"coverage {procedure}", places[f"procedure {procedure}"])
        text = (
            f'{procedure} has neither a rule nor a decision for "{finding}"; write in '
            f"coverage/{procedure}.yaml why it does not matter or what covers it"
        )
        yield Problem(*place, text)
