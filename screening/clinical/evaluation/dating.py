"""When a finding was so, where several answers speak about it.

One answer dates a finding: that date counts. Where several do, the later one counts,
so that an old treatment never hides a new one; what is not known may have been today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from screening.clinical.definitions.dates import PartialDate
from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.findings import ABSENT, Pair
from screening.clinical.definitions.questionnaire import (
    STILL,
    WITHHELD,
    YES,
    Answers,
    Item,
    walk,
)
from screening.clinical.evaluation.branching import branches, pair_of

Undated = Mapping[str, list[tuple[str, str]]]


def dated_twice(definitions: Definitions) -> tuple[set[str], Undated]:
    """Return the findings that more than one answer makes happen on a day of its own.

    An answer without a question for its day below it is one of them, where another answer
    has such a question: by question, its code and the finding.
    """
    if "dated twice" not in definitions.noted:
        definitions.noted["dated twice"] = _dated_twice(definitions)
    found: tuple[set[str], Undated] = definitions.noted["dated twice"]
    return found


def _dated_twice(definitions: Definitions) -> tuple[set[str], Undated]:
    many: Counter[str] = Counter(item.dates for item in definitions.items if item.dates)
    undated: list[tuple[str, str, str]] = []
    for item in definitions.items:
        codes = (YES, *(option.id for option in item.options))
        for code, (means, below) in zip(codes, answers_of(item), strict=True):
            for name in set(means).intersection(many) - {i.dates for i in walk(below)}:
                undated.append((item.link_id, code, name))
    counted = many + Counter(name for _, _, name in undated)
    twice = {name for name, number in counted.items() if number > 1}
    by_question: dict[str, list[tuple[str, str]]] = {}
    for link_id, code, name in undated:
        if name in twice:
            by_question.setdefault(link_id, []).append((code, name))
    return twice, by_question


def answers_of(item: Item) -> Iterator[tuple[tuple[str, ...], tuple[Item, ...]]]:
    """Yield what each answer to `item` establishes, and what is then asked."""
    yield item.means, (*item.if_yes, *item.if_not_no)
    yield from ((option.means, option.then) for option in item.options)


def latest(
    given: Iterable[PartialDate], is_open: bool, booked: bool, on: date
) -> PartialDate | None:
    """Return the days that several dates of one finding may mean, None where nothing is known.

    `is_open` says that it may have happened on another day too. Around what may be
    booked there are waits on both sides, so every day from the first to the last counts.
    """
    dates = list(given)
    if not dates or (is_open and booked):
        return None
    first = min(d.first for d in dates) if booked else max(d.first for d in dates)
    last = max(d.last for d in dates)
    return PartialDate(first, max(last, on)) if is_open else PartialDate(first, last)


@dataclass(frozen=True, slots=True)
class Dated:
    """What one answer says about the day of a finding: `day`, `still`, or neither: not known."""

    finding: str
    day: PartialDate | None = None
    still: bool = False


def _dated(
    items: Iterable[Item],
    answers: Answers,
    blank: Pair,
    several: tuple[set[str], Undated],
    answered_on: Mapping[str, date],
) -> Iterator[Dated]:
    """Yield what is said about the days of findings on the way that the answers lead to.

    What is not known is said only of what may have several days: see `dated_twice`.
    """
    twice, undated = several
    for item in items:
        answer = answers.get(item.link_id)
        for code, name in undated.get(item.link_id, ()):
            if pair_of(answer, code, blank) != ABSENT:
                yield Dated(name)
        if item.dates and isinstance(answer, str) and answer and answer not in WITHHELD:
            still = answer == STILL
            day = None if still else PartialDate.parse(answer)
            told = answered_on.get(item.link_id)
            if day and told and not item.booked:
                day = day.until(told)
            yield Dated(item.dates, day, still)
        elif item.dates and item.dates in twice:
            yield Dated(item.dates)
        for led, asked, below in branches(item, answer, blank):
            if asked:
                yield from _dated(below, answers, blank, several, answered_on)
            elif twice and led != ABSENT:
                unasked = (i.dates for i in walk(below) if i.dates)
                yield from (Dated(name) for name in unasked if name in twice)


def dates_said(
    definitions: Definitions,
    items: Iterable[Item],
    answers: Answers,
    blank: Pair,
    on: date,
    answered_on: Mapping[str, date],
) -> tuple[dict[str, PartialDate], frozenset[str]]:
    """Return the date of each finding, and what still goes on and has none.

    A month that was not over when it was told ends on the day of the answer.
    """
    by_finding: dict[str, list[Dated]] = {}
    for one in _dated(items, answers, blank, dated_twice(definitions), answered_on):
        by_finding.setdefault(one.finding, []).append(one)
    still = frozenset(n for n, told in by_finding.items() if any(t.still for t in told))
    dates: dict[str, PartialDate] = {}
    for name, told in by_finding.items():
        days = [t.day for t in told if t.day]
        if name not in still:
            day = latest(days, len(days) < len(told), definitions.findings[name].booked, on)
            dates |= {name: day} if day else {}
    return dates, still
