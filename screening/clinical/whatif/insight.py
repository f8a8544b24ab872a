"""Count what came out of many screenings, so that no figure points at one person.

Nothing here knows a name, and an answer is only held against "I do not know".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from screening.clinical.definitions.questionnaire import (
    NONE_OF_THESE,
    NOT_KNOWN,
    WITHHELD,
    YES,
    Answers,
)
from screening.clinical.report.verdict_snapshot import StoredVerdict

# A procedure and the finding that its list names.
Rule = tuple[str, str]
FEW = 5  # a count below this may point at one person, and so may the difference of two counts
Named = TypeVar("Named", Rule, str)


@dataclass(frozen=True, slots=True)
class Seen:
    """One screening as it is counted.

    `one_a_page` says that each question had a page of its own.
    `month` is that of its submission, such as "2026-11". `overridden` holds the rules
    that the doctor set aside, None before there is a decision. `seconds` lie between
    start and submission, None where that says nothing.
    """

    month: str
    verdicts: Mapping[str, StoredVerdict]
    answers: Answers
    overridden: frozenset[Rule] | None = None
    seconds: int | None = None
    one_a_page: bool = False


@dataclass(slots=True)
class Way:
    """What was said where several questions share a page, or where each has its own.

    `asked`, `yes` and `unknown` are questions, `seconds` how long each patient took.
    """

    screenings: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    yes: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    seconds: list[int] = field(default_factory=list)

    def add(self, seen: Seen) -> None:
        self.screenings += 1
        self.asked.update(seen.answers.keys())
        self.yes.update(q for q, answer in seen.answers.items() if _is_yes(answer))
        self.unknown.update(q for q, answer in seen.answers.items() if _not_known(answer))
        if seen.seconds is not None:
            self.seconds.append(seen.seconds)


@dataclass(frozen=True, slots=True)
class Spent:
    """How long `count` patients took: half of them at most `median`, nine of ten `most`."""

    count: int
    median: int
    most: int


@dataclass(slots=True)
class Insight:
    """The figures of some screenings.

    `outcomes` is procedure, month and outcome; `met` the rules among the reasons of an
    outcome, `decided` those of them that a doctor decided about, `overridden` the ones
    set aside. `asked` and `unknown` are questions, `seconds` by month.
    """

    screenings: int = 0
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    met: Counter[Rule] = field(default_factory=Counter)
    decided: Counter[Rule] = field(default_factory=Counter)
    overridden: Counter[Rule] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[int]] = field(default_factory=dict)
    shared: Way = field(default_factory=Way)
    single: Way = field(default_factory=Way)

    def add(self, seen: Seen) -> None:
        """Count one more screening."""
        self.screenings += 1
        rules = [(p, finding) for p, v in seen.verdicts.items() for finding in v["reasons"]]
        self.outcomes.update((p, seen.month, v["outcome"]) for p, v in seen.verdicts.items())
        self.met.update(rules)
        if seen.overridden is not None:
            self.decided.update(rules)
            self.overridden.update(seen.overridden)
        self.asked.update(seen.answers.keys())
        self.unknown.update(q for q, answer in seen.answers.items() if _not_known(answer))
        if seen.seconds is not None:
            self.seconds.setdefault(seen.month, []).append(seen.seconds)
        (self.single if seen.one_a_page else self.shared).add(seen)

    def compared(self, most: int) -> list[str]:
        """Return the questions whose share of "yes" differs most between both ways.

        Only those that FEW patients were asked in each: before that a share says nothing.
        """
        both = [q for q in self.shared.asked if min(self._asked(q)) >= FEW]
        return sorted(both, key=lambda q: (-self._apart(q), q))[:most]

    def _asked(self, question: str) -> tuple[int, int]:
        return self.shared.asked[question], self.single.asked[question]

    def _apart(self, question: str) -> float:
        # A count below FEW weighs like any other such: no order tells it.
        ways = (self.shared, self.single)
        shares = [max(way.yes[question], FEW - 1) / way.asked[question] for way in ways]
        return abs(shares[0] - shares[1])

    def by_procedure(self) -> dict[str, Counter[str]]:
        """Return how often each outcome came out, by procedure."""
        return self._outcomes(lambda procedure, month: procedure)

    def by_month(self, procedure: str | None = None) -> dict[str, Counter[str]]:
        """Return how often each outcome came out, by month, for one procedure or for all."""
        return self._outcomes(lambda p, month: month if procedure in (None, p) else None)

    def _outcomes(self, group_of: Callable[[str, str], str | None]) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for (procedure, month, outcome), times in self.outcomes.items():
            if group := group_of(procedure, month):
                found.setdefault(group, Counter())[outcome] += times
        return found

    def times(self) -> dict[str, Spent | None]:
        """Return how long it took by month, None where too few patients would tell."""
        return {month: spent(taken) for month, taken in sorted(self.seconds.items())}


def _not_known(answer: str | list[str]) -> bool:
    return NOT_KNOWN in ([answer] if isinstance(answer, str) else answer)


def _is_yes(answer: str | list[str]) -> bool:
    """Return whether something was said: "yes", or a tick that stands for something."""
    if isinstance(answer, str):
        return answer == YES
    return bool(set(answer) - {NONE_OF_THESE} - WITHHELD)


def count(screenings: Iterable[Seen]) -> Insight:
    """Return the figures of `screenings`."""
    insight = Insight()
    for seen in screenings:
        insight.add(seen)
    return insight


def in_steps(times: int) -> int | None:
    """Return the count in steps of FEW, rounded down, and None for one below FEW that is not 0.

    So nothing can be worked out by subtraction: a total less its other parts, a longer time
    less a shorter one, today less yesterday.
    """
    return times // FEW * FEW if times >= FEW or times == 0 else None


def spent(seconds: Sequence[int]) -> Spent | None:
    """Return how long these patients took, None for fewer than FEW of them."""
    if len(seconds) < FEW:
        return None
    return Spent(len(seconds), percentile(seconds, 50), percentile(seconds, 90))


def percentile(values: Sequence[int], percent: int) -> int:
    """Return the least of `values` that at least `percent` of them do not exceed."""
    rank = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[max(rank, 1) - 1]


def most_often(counted: Counter[Named], most: int) -> list[tuple[Named, int | None]]:
    """Return the commonest first, None for a count below FEW.

    Those stand in the order of the alphabet: their order by count would tell the count.
    """
    ranked = sorted(counted.items(), key=lambda one: (-max(one[1], FEW - 1), one[0]))
    return [(name, times if times >= FEW else None) for name, times in ranked[:most]]
