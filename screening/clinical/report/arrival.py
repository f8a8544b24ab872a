"""What a patient is asked on arrival, in a few rows, and whether anything is new.

A row speaks for the questions below it. "No" confirms of them what said nothing and holds no
more; what did say something is asked again in full, and so is all that a "yes" or "not sure"
opens. The last row speaks for everything that no other does. Earlier answers are not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.folder import ELSE, MEDICINES
from screening.clinical.definitions.questionnaire import (
    NO,
    NOT_KNOWN,
    YES,
    Answer,
    Answers,
    Item,
    ItemType,
    Questionnaire,
    journey,
    walk,
)
from screening.clinical.evaluation.branching import claims
from screening.clinical.report.parts import ReportProcedure

REPLIES = (YES, NO, NOT_KNOWN)


@dataclass(frozen=True, slots=True)
class Replied:
    """What one row's reply does: confirm answers as they are, give some, open others anew."""

    confirmed: frozenset[str] = frozenset()
    given: tuple[tuple[str, str], ...] = ()
    opened: frozenset[str] = frozenset()


def covered_by(questionnaire: Questionnaire, row: str) -> list[Item]:
    """Return the questions that `row` speaks for, follow-ups included."""
    bound = questionnaire.bindings
    mine: dict[str, list[Item]] = {name: [] for name in bound.rows}
    taken = {bound.birth_date}
    for name, findings in bound.arrival.items():
        for item in questionnaire:
            if item.establishes & findings and item.link_id not in taken:
                below = [one for one in walk([item]) if one.link_id not in taken]
                mine[name] += below
                taken |= {one.link_id for one in below}
    for section in questionnaire.sections:
        name = MEDICINES if section.id == bound.medicines else ELSE
        mine[name] += [one for one in walk(section.items) if one.link_id not in taken]
    return mine[row]


def reply_to(
    questionnaire: Questionnaire, row: str, reply: str, answers: Answers, outlived: Iterable[str]
) -> Replied:
    """Return what `reply` to `row` does to the `answers` of before; some of them are `outlived`."""
    way = {step.item.link_id for step in journey(questionnaire, answers)}
    mine = covered_by(questionnaire, row)
    asked = [item for item in mine if item.link_id in way]
    if reply == NO:
        again = [item for item in asked if item.link_id in set(outlived)]
        quiet = {i.link_id for i in again if says_nothing(i, answers[i.link_id])}
        return Replied(frozenset(quiet), (), frozenset({i.link_id for i in again} - quiet))
    if asked == mine and [i.type for i in mine] == [ItemType.YES_NO] and reply in mine[0].codes:
        return Replied(given=((mine[0].link_id, reply),))
    return Replied(opened=frozenset(i.link_id for i in mine) | _leading_to(questionnaire, mine))


def _leading_to(questionnaire: Questionnaire, items: Iterable[Item]) -> set[str]:
    """Return the questions without which `items` would not be asked."""
    wanted = {item.link_id for item in items}
    return {
        item.link_id
        for item in questionnaire
        if {below.link_id for below in walk(item.follow_ups)} & wanted
    }


def says_nothing(item: Item, answer: Answer) -> bool:
    """Return whether `answer` is a plain "no", or a choice that establishes nothing."""
    codes = {answer} if isinstance(answer, str) else set(answer)
    if item.type is ItemType.TEXT or item.type.is_date:
        return not answer
    known = {option.id: option.means for option in item.options}
    if any(code in {YES, NOT_KNOWN} or code not in {*known, NO, "none"} for code in codes):
        return False
    return not any(known.get(code) for code in codes) and (bool(codes) or not list(claims(item)))


def is_nothing_new(
    asked: Iterable[str],
    rows: Mapping[str, str],
    before: Answers,
    now: Answers,
    decided_upon: Iterable[ReportProcedure],
    today: Mapping[str, Mapping[str, Outcome]],
) -> bool:
    """Return whether the decision stands: every row a "no", every answer as it was, none graver.

    `asked` are the rows that there are, `decided_upon` the procedures as the doctor saw them,
    `today` what each finding of a procedure leads to now.
    """
    if set(rows) != set(asked) or any(reply != NO for reply in rows.values()):
        return False
    if dict(before) != dict(now):
        return False
    seen = {one["id"]: _seen(one) for one in decided_upon}
    return all(
        outcome.gravity <= seen.get(procedure, {}).get(finding, -1)
        for procedure, reasons in today.items()
        for finding, outcome in reasons.items()
    )


def _seen(procedure: ReportProcedure) -> dict[str, int]:
    """Return how grave each reason was that stood on the doctor's page, of the day or the visit."""
    gravest: dict[str, int] = {}
    visit = procedure.get("visit")
    for reason in [*procedure["reasons"], *(visit["reasons"] if visit else ())]:
        finding, gravity = reason["finding"], Outcome(reason["outcome"]).gravity
        gravest[finding] = max(gravity, gravest.get(finding, -1))
    return gravest
