"""What answers establish about a patient, in three values.

A finding is a pair of integers (certain, possible): absent (0, 0), unknown
(0, 1), present (1, 1). One bit is one screening, so the same lines serve one
patient, a million stored screenings and the static checks. Unknown is not
absent: nothing here may read a missing answer as "no".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from screening.clinical.definitions.dates import PartialDate

Pair = tuple[int, int]

ABSENT: Pair = (0, 0)
UNKNOWN: Pair = (0, 1)
PRESENT: Pair = (1, 1)
STATES = {"absent": ABSENT, "unknown": UNKNOWN, "present": PRESENT}


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = str | All | Any | Not


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Completed years from `low` to `high`, both included; None is no limit."""

    low: int | None
    high: int | None

    def holds(self, years: int) -> bool:
        return (self.low is None or years >= self.low) and (self.high is None or years <= self.high)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that may be true of a patient.

    `date` says what the finding's date is, where it has one; `booked` lets that
    date lie ahead. `when` derives the finding from others, `age` from the date
    of birth. Only a `protective` finding may be negated. A `record` is kept for
    the doctor's eyes though no list uses it.
    """

    id: str
    name: str
    date: str | None = None
    booked: bool = False
    when: Condition | None = None
    age: AgeBand | None = None
    protective: bool = False
    record: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """The state of every finding, and the dates that the patient gave.

    What is `still` going on has no date yet, and a wait after it no end.
    """

    states: Mapping[str, Pair]
    dates: Mapping[str, PartialDate] = field(default_factory=dict)
    still: frozenset[str] = frozenset()


def holds(condition: Condition, states: Mapping[str, Pair], everyone: int = 1) -> Pair:
    """Return who certainly and who possibly meets `condition`, one bit a screening."""
    match condition:
        case str():
            return states[condition]
        case Not(part):
            certain, possible = holds(part, states, everyone)
            return everyone & ~possible, everyone & ~certain
        case All(parts):
            certain, possible = everyone, everyone
            for part in parts:
                c, p = holds(part, states, everyone)
                certain, possible = certain & c, possible & p
            return certain, possible
        case Any(parts):
            return any_of(*(holds(part, states, everyone) for part in parts))


def any_of(*pairs: Pair) -> Pair:
    """Return the pair that holds where any of `pairs` does."""
    certain = possible = 0
    for c, p in pairs:
        certain, possible = certain | c, possible | p
    return certain, possible


def named_in(condition: Condition) -> Iterator[str]:
    """Yield every finding that `condition` names."""
    match condition:
        case str():
            yield condition
        case Not(part):
            yield from named_in(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from named_in(part)


def negated_in(condition: Condition) -> Iterator[str]:
    """Yield every finding that stands below a "not" in `condition`."""
    match condition:
        case Not(part):
            yield from named_in(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from negated_in(part)


def derive(
    findings: Mapping[str, Finding], states: Mapping[str, Pair], everyone: int = 1
) -> dict[str, Pair]:
    """Return `states` with every derived finding added that is not given already.

    The definitions hold no cycle (see definitions/checking/structure.py), so each finding is
    worked out after those that it names.
    """
    known = dict(states)

    def settle(name: str, when: Condition) -> None:
        for other in named_in(when):
            below = findings[other].when
            if below is not None and other not in known:
                settle(other, below)
        known[name] = holds(when, known, everyone)

    for name, finding in findings.items():
        if finding.when is not None and name not in known:
            settle(name, finding.when)
    return known


def usable_date(finding: Finding, given: PartialDate, on: date) -> PartialDate | None:
    """Return the days that `given` may mean, or None where it cannot be true.

    What has happened cannot have happened after `on`; only a finding that may be
    booked can carry a later date.
    """
    return given if finding.booked else given.until(on)
