"""Hold many patients' findings against one procedure's list at once, one bit a screening.

What `eligibility` says about one patient is said here about all of them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from screening.clinical.definitions.dates import Duration, PartialDate
from screening.clinical.definitions.eligibility import (
    Contraindication,
    Grade,
    Outcome,
    Procedure,
    window,
)
from screening.clinical.definitions.findings import Pair
from screening.clinical.evaluation.population import PopulationFindings
from screening.clinical.evaluation.replies import bits, positions


@dataclass(frozen=True, slots=True)
class PopulationEligibility:
    """Who has which outcome, which reasons, and until when it is deferred.

    `reasons` is finding, the outcome that it alone would lead to, and for whom;
    `clears` is finding, nth screening, the day on which it no longer defers.
    `until` covers those who are deferred. A day that is not known is None.
    """

    outcomes: Mapping[Outcome, int]
    reasons: Mapping[str, Mapping[Outcome, int]]
    clears: Mapping[str, Mapping[int, date | None]]
    until: Mapping[int, date | None]


def determine_all(
    procedure: Procedure,
    findings: PopulationFindings,
    days: list[date],
    those: int,
    to_read: int = 0,
) -> PopulationEligibility:
    """Return the outcome for each of `those`, as `determine_eligibility` would one at a time.

    For those in `to_read` a person reads an answer first: a precaution at least.
    """
    reasons: dict[str, dict[Outcome, int]] = {}
    clears: dict[str, dict[int, date | None]] = {}
    held = dict.fromkeys(Outcome, 0)
    for rule in procedure.contraindications:
        reasons[rule.finding] = _weigh(rule, *_rule(rule, findings, days, those))
        for outcome, who in reasons[rule.finding].items():
            held[outcome] |= who
        deferred = reasons[rule.finding].get(Outcome.DEFERRED, 0)
        clears[rule.finding] = _clear_days(rule, findings.dates.get(rule.finding, {}), deferred)
    held[Outcome.PRECAUTION] |= to_read
    outcomes, left = {}, those
    for outcome in Outcome:
        outcomes[outcome] = left & held[outcome]
        left &= ~held[outcome]
    outcomes[Outcome.NONE_IDENTIFIED] = left
    until = _latest(clears.values(), outcomes[Outcome.DEFERRED])
    return PopulationEligibility(outcomes, reasons, clears, until)


def _rule(
    rule: Contraindication, findings: PopulationFindings, days: list[date], those: int
) -> Pair:
    """Return for whom `rule` certainly and possibly holds."""
    certain, possible = (those & who for who in findings.states[rule.finding])
    dates = findings.dates.get(rule.finding)
    if not isinstance(rule.defer, Duration) or not dates or not possible:
        return certain, possible
    windows = {day: window(rule.defer, rule.ahead, day) for day in set(dates.values())}
    surely, perhaps = [], []
    for nth, dated in dates.items():
        c, p = windows[dated].at(days[nth])
        if c:
            surely.append(nth)
        if p:
            perhaps.append(nth)
    size = len(days)
    undated = ~bits(dates, size)
    return certain & (undated | bits(surely, size)), possible & (undated | bits(perhaps, size))


def _weigh(rule: Contraindication, certain: int, possible: int) -> dict[Outcome, int]:
    """Return the outcomes that `rule` alone leads to, each with for whom; see Reason.outcome."""
    if rule.grade is Grade.PRECAUTION:
        return {Outcome.PRECAUTION: possible}
    grave = Outcome.CONTRAINDICATED if rule.defer is None else Outcome.DEFERRED
    return {grave: certain, Outcome.INFORMATION_NEEDED: possible & ~certain}


def _clear_days(
    rule: Contraindication, dates: Mapping[int, PartialDate], deferred: int
) -> dict[int, date | None]:
    """Return for everyone whom `rule` defers the day on which it clears."""
    wait = rule.defer
    if not isinstance(wait, Duration):
        return dict.fromkeys(positions(deferred))
    ends = {day: wait.after(day.last) for day in set(dates.values())}
    return {nth: ends[dates[nth]] if nth in dates else None for nth in positions(deferred)}


def _latest(clears: Iterable[Mapping[int, date | None]], those: int) -> dict[int, date | None]:
    """Return the last clear day for each of `those`, None where one of its days is not known."""
    until: dict[int, date | None] = dict.fromkeys(positions(those), date.min)
    for days in clears:
        for nth in days.keys() & until.keys():
            day, before = days[nth], until[nth]
            until[nth] = None if day is None or before is None else max(day, before)
    return until
