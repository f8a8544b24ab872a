"""Answers of one patient that cannot both be true, and what they leave open.

Both stand and are shown to the doctor. What they speak about is unknown, or present
where one of them establishes it; nothing ever becomes milder by contradicting itself.
A follow-up that is answered although the answer above it does not lead there is one
of them without being declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from screening.clinical.definitions.contradictions import Contradiction, Side
from screening.clinical.definitions.definitions import Definitions, findings_for, parts_of
from screening.clinical.definitions.findings import ABSENT, PRESENT, UNKNOWN, Pair, any_of
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    YES,
    Answer,
    Answers,
    Item,
    walk,
)
from screening.clinical.evaluation.branching import branches, claims, pair_of

MISLED = "This was answered although the answer before it does not lead here."


@dataclass(frozen=True, slots=True)
class Clash:
    """Answers of which not all can be true; `findings` are what they leave open."""

    because: str
    answers: Mapping[str, Answer]
    findings: tuple[str, ...]
    ask: str | None = None


def clashes(
    definitions: Definitions, answers: Answers, states: Mapping[str, Pair]
) -> Iterator[Clash]:
    """Yield every contradiction in `answers`, those declared in the files first."""
    for one, (certain, _) in declared(definitions, answers, states):
        if certain:
            sides = (one.one, one.other)
            said = {side.question: answers[side.question] for side in sides if side.question}
            yield Clash(one.because, said, one.unknown, one.ask)
    for section in definitions.sections if definitions.hears_all else ():
        yield from _misled(section.items, answers)


def declared(
    definitions: Definitions, answers: Answers, states: Mapping[str, Pair]
) -> list[tuple[Contradiction, Pair]]:
    """Return the declared contradictions that hold, or may: an answer to one side is withheld."""
    found = []
    for one in definitions.contradictions:
        (c, p), (other_c, other_p) = (
            _side(definitions, side, answers, states) for side in (one.one, one.other)
        )
        if p & other_p:
            found.append((one, (c & other_c, 1)))
    return found


def leave_open(
    definitions: Definitions,
    found: Iterable[tuple[Contradiction, Pair]],
    states: Mapping[str, Pair],
) -> dict[str, Pair]:
    """Return `states` with what the contradictions `found` leave open."""
    protective = findings_for(definitions)
    opened = dict(states)
    for name in {name for one, _ in found for name in one.unknown}:
        certain, possible = opened[name]
        opened[name] = (0, possible) if name in protective else (certain, 1)
    return opened


def heard_anyway(
    item: Item, answers: Answers, blank: Pair, protective: Set[str]
) -> Iterator[tuple[str, Pair]]:
    """Yield what follow-ups say that were answered though the answer to `item` leads elsewhere.

    What would have led there, and whatever hangs below, is then not known.
    """
    for means, below, loud in _unled(item, answers, blank):
        said = [(n, UNKNOWN) for n in (*means, *(n for i in walk(below) for n in claims(i)))]
        for one in loud:
            codes = (YES, *(option.id for option in one.options))
            established = (one.means, *(option.means for option in one.options))
            for code, names in zip(codes, established, strict=True):
                if pair_of(answers[one.link_id], code, UNKNOWN) == PRESENT:
                    said += [(name, PRESENT) for name in names]
        yield from ((name, pair) for name, pair in said if name not in protective)


def _unled(
    item: Item, answers: Answers, blank: Pair
) -> Iterator[tuple[tuple[str, ...], tuple[Item, ...], list[Item]]]:
    """Yield follow-ups that nothing led to: what would have, all of them, those answered."""
    led_by = [item.means, item.means] if item.if_yes or item.if_not_no else []
    led_by += [option.means for option in item.options if option.then]
    groups = branches(item, answers.get(item.link_id), blank)
    for means, (_, asked, below) in zip(led_by, groups, strict=True):
        if below and not asked:
            loud = [i for i in walk(below) if is_loud(answers.get(i.link_id))]
            if loud:
                yield means, below, loud


def is_loud(answer: Answer | None) -> bool:
    """Return whether `answer` says more than "no"."""
    return bool(answer) and answer not in (NO, [NONE_OF_THESE])


def _misled(items: Iterable[Item], answers: Answers) -> Iterator[Clash]:
    for item in items:
        answer = answers.get(item.link_id)
        for means, below, loud in _unled(item, answers, UNKNOWN):
            if not answer:
                continue
            said = {i.link_id: answers[i.link_id] for i in loud}
            names = (*means, *(n for i in walk(below) for n in claims(i)))
            yield Clash(MISLED, {item.link_id: answer} | said, tuple(dict.fromkeys(names)))
        for _, asked, below in branches(item, answer, UNKNOWN):
            if asked:
                yield from _misled(below, answers)


def askers_of(definitions: Definitions, finding: str) -> list[Item]:
    """Return the questions that say something about `finding`."""
    parts = parts_of(definitions)[finding]
    return [item for item in definitions.items if parts & item.establishes]


def _side(
    definitions: Definitions, side: Side, answers: Answers, states: Mapping[str, Pair]
) -> Pair:
    """Return whether one half holds; what nobody was asked does not."""
    if side.finding is not None:
        certain, possible = states.get(side.finding, ABSENT)
        asked = any(answers.get(i.link_id) for i in askers_of(definitions, side.finding))
        return certain, possible if asked else certain
    answer = answers.get(str(side.question))
    return any_of(*(pair_of(answer, code, ABSENT) for code in side.codes))
