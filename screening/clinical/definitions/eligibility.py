"""Hold a patient's findings against one procedure's list of contraindications.

The outcome is advice for the doctor, never a decision, and unknown never
clears: it says `no-contraindication-identified` only when nothing of the list
is even possible. Every reason is listed, whichever decides.

Pure: no clock, no database, no Flask. The day is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from screening.clinical.definitions.aftercare import Aftercare
from screening.clinical.definitions.dates import Duration, PartialDate
from screening.clinical.definitions.findings import Findings, Pair

UNTIL_RESOLVED = "until resolved"
NO_AFTERCARE = Aftercare()


class Grade(StrEnum):
    """How much a rule weighs, in the words of ACIP."""

    CONTRAINDICATION = "contraindication"
    PRECAUTION = "precaution"


class Outcome(StrEnum):
    """What is advised, gravest first."""

    CONTRAINDICATED = "contraindicated"
    DEFERRED = "deferred"
    INFORMATION_NEEDED = "information-needed"
    PRECAUTION = "precaution"
    NONE_IDENTIFIED = "no-contraindication-identified"

    @property
    def gravity(self) -> int:
        """0 for the mildest outcome, 4 for the gravest."""
        return len(Outcome) - 1 - list(Outcome).index(self)


@dataclass(frozen=True, slots=True)
class Contraindication:
    """One line of a procedure's list: one finding, and what it means for the procedure.

    `defer` makes it temporary: a Duration counted from the finding's date, or
    UNTIL_RESOLVED. `because` is true where the finding is certain, `if_unknown` where
    nobody knows it. `ahead` holds the same before a booked date. `source` and
    `also` are ids of sources.yaml, `facts` the statements of the documents that
    the product grew from. `listed_by` is the procedure whose list it came from,
    `policy` the change that the clinic made to it.
    """

    finding: str
    grade: Grade
    because: str
    source: str
    defer: Duration | str | None = None
    ahead: Duration | None = None
    also: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    evidence: str | None = None
    fixed: bool = False
    recheck: bool = False
    note: str | None = None
    listed_by: str = ""
    policy: PolicyChange | None = None
    if_unknown: str | None = None

    @property
    def gravity(self) -> int:
        """2 for "do not", 1 for "not now", 0 for "weigh"."""
        if self.grade is Grade.PRECAUTION:
            return 0
        return 2 if self.defer is None else 1


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What a clinic decided about one rule: the new grade and wait, why, who, from which day.

    `because` and `source` belong to a rule of the clinic's own, which the list does
    not have. `was` is the rule before, None for one of its own.
    """

    policy: str
    procedure: str
    finding: str
    grade: Grade
    reason: str
    by: str
    since: date
    defer: Duration | str | None = None
    ahead: Duration | None = None
    because: str | None = None
    source: str | None = None
    was: Contraindication | None = None


@dataclass(frozen=True, slots=True)
class Preparation:
    """What to do before a procedure."""

    text: str
    source: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure with its whole list, included lists merged in.

    Of the aftercare only the warning signs of included procedures are merged in:
    a sign too many harms nobody, but a face and a scalp are cared for differently.
    """

    id: str
    name: str
    summary: str
    contraindications: tuple[Contraindication, ...]
    preparation: tuple[Preparation, ...] = ()
    includes: tuple[str, ...] = ()
    aftercare: Aftercare = NO_AFTERCARE


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a dated rule holds, as far as a date that may be partial tells."""

    opens_first: date
    opens_last: date
    clears_first: date
    clears_last: date

    def at(self, on: date) -> Pair:
        """Return whether `on` certainly and possibly lies within."""
        certain = self.opens_last <= on < self.clears_first
        possible = self.opens_first <= on < self.clears_last
        return int(certain), int(possible)


@dataclass(frozen=True, slots=True)
class Reason:
    """A contraindication that holds for this patient, or may hold.

    `until` is the first day on which it no longer holds, where that is known. What is
    `still` going on has none: the wait begins when it ends.
    """

    contraindication: Contraindication
    certain: bool
    dated: PartialDate | None = None
    until: date | None = None
    still: bool = False

    @property
    def state(self) -> str:
        return "present" if self.certain else "unknown"

    @property
    def because(self) -> str:
        """The rule's sentence, worded so that it is true of what is known."""
        rule = self.contraindication
        return rule.because if self.certain else rule.if_unknown or rule.because

    @property
    def outcome(self) -> Outcome:
        """The outcome that this reason alone would lead to."""
        if self.contraindication.grade is Grade.PRECAUTION:
            return Outcome.PRECAUTION
        if not self.certain:
            return Outcome.INFORMATION_NEEDED
        temporary = self.contraindication.defer is not None
        return Outcome.DEFERRED if temporary else Outcome.CONTRAINDICATED


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What is advised for one procedure on one day, with every reason, gravest first.

    `until` is the day on which a deferral ends; None where that is not known and
    for every other outcome. `to_read` are the questions whose answers a person must
    read before anything is decided.
    """

    procedure: Procedure
    on: date
    outcome: Outcome
    until: date | None
    reasons: tuple[Reason, ...]
    to_read: tuple[str, ...] = ()

    def with_reading(self, to_read: tuple[str, ...]) -> Eligibility:
        """Return the same with answers that the doctor reads: a precaution at least."""
        if not to_read:
            return self
        outcome = max(self.outcome, Outcome.PRECAUTION, key=lambda o: o.gravity)
        return replace(self, outcome=outcome, to_read=to_read)


def determine_eligibility(procedure: Procedure, findings: Findings, on: date) -> Eligibility:
    """Return the outcome for `procedure` on the day `on`, with every reason."""
    reasons = sorted(
        (r for rule in procedure.contraindications if (r := _reason(rule, findings, on))),
        key=lambda r: (-r.outcome.gravity, r.contraindication.finding),
    )
    outcome = max(
        (r.outcome for r in reasons), key=lambda o: o.gravity, default=Outcome.NONE_IDENTIFIED
    )
    until = _clear_day(reasons) if outcome is Outcome.DEFERRED else None
    return Eligibility(procedure, on, outcome, until, tuple(reasons))


def _reason(rule: Contraindication, findings: Findings, on: date) -> Reason | None:
    """Return the reason that `rule` gives against the procedure, None where it cannot hold."""
    certain, possible = findings.states[rule.finding]
    dated = findings.dates.get(rule.finding)
    until = None
    if isinstance(rule.defer, Duration) and dated is not None:
        c, p = window(rule.defer, rule.ahead, dated).at(on)
        certain, possible = certain & c, possible & p
        until = rule.defer.after(dated.last)
    still = isinstance(rule.defer, Duration) and rule.finding in findings.still
    return Reason(rule, bool(certain), dated, until, still) if possible else None


def window(defer: Duration, ahead: Duration | None, dated: PartialDate) -> Window:
    """Return the wait around `dated`.

    It runs from the date, which is day 0, and clears on its last day; with `ahead`
    it starts that much before a date that is booked.
    """
    return Window(
        ahead.before(dated.first) if ahead else date.min,
        ahead.before(dated.last) if ahead else date.min,
        defer.after(dated.first),
        defer.after(dated.last),
    )


def _clear_day(reasons: list[Reason]) -> date | None:
    """Return the day when the last deferral ends, None where one of them has no date."""
    days = [r.until for r in reasons if r.outcome is Outcome.DEFERRED]
    return None if None in days else max(day for day in days if day)
