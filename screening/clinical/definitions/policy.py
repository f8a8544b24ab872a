"""What a clinic changed in the lists, as of a day.

A change says what stands in place of one rule of one procedure. It counts from
its day on and for no other procedure, also where another takes the list over.
What a rule marked `fixed` says can be made stricter and never milder; the
definitions refuse such a change when they are read.

Pure: the day is an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TypedDict

from screening.clinical.definitions.dates import Duration, outlasts
from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Contraindication, PolicyChange, Procedure
from screening.clinical.definitions.findings import Finding


class ReportGrade(TypedDict):
    """What a rule says; `wait` and `ahead` are lengths of time in words."""

    grade: str
    wait: str | None
    ahead: str | None


class ReportChange(TypedDict):
    """A rule that the clinic changed; `was` is None for one of its own."""

    finding: str
    name: str
    was: ReportGrade | None
    now: ReportGrade
    reason: str
    by: str
    since: str


def in_force(definitions: Definitions, on: date) -> Definitions:
    """Return `definitions` with every list as it stands on the day `on`.

    Of several changes of one rule the latest counts. What is in force stays so on
    a later day, so it does no harm to ask twice.
    """
    lists = dict(definitions.procedures)
    for change in sorted(definitions.policies, key=lambda change: change.since):
        if change.since <= on:
            lists[change.procedure] = _changed(lists[change.procedure], change)
    return replace(definitions, procedures=lists)


def describe_changes(procedure: Procedure, findings: Mapping[str, Finding]) -> list[ReportChange]:
    """Return every change of the list of `procedure`, whether or not it matters for a patient."""
    return [
        ReportChange(
            finding=rule.finding,
            name=findings[rule.finding].name,
            was=_grade(rule.policy.was) if rule.policy.was else None,
            now=_grade(rule),
            reason=rule.policy.reason,
            by=rule.policy.by,
            since=rule.policy.since.isoformat(),
        )
        for rule in procedure.contraindications
        if rule.policy
    ]


def _grade(rule: Contraindication) -> ReportGrade:
    return ReportGrade(
        grade=str(rule.grade),
        wait=str(rule.defer) if rule.defer else None,
        ahead=str(rule.ahead) if rule.ahead else None,
    )


def written_rule(procedure: Procedure, finding: str) -> Contraindication | None:
    """Return the rule that the list has for `finding` without what the clinic changed."""
    rule = next((r for r in procedure.contraindications if r.finding == finding), None)
    return rule.policy.was if rule and rule.policy else rule


def changed_rule(known: Contraindication | None, change: PolicyChange) -> Contraindication:
    """Return what `change` makes of the rule `known`, or of none.

    Grade and wait are those of the change alone. The time before a booked date
    stays what it was unless the change gives another.
    """
    remembered = replace(change, was=known)
    if known is None:
        return Contraindication(
            finding=change.finding,
            grade=change.grade,
            because=change.because or change.reason,
            source=change.source or "",
            defer=change.defer,
            ahead=change.ahead,
            evidence="clinic",
            listed_by=change.procedure,
            policy=remembered,
        )
    ahead = change.ahead or (known.ahead if isinstance(change.defer, Duration) else None)
    return replace(known, grade=change.grade, defer=change.defer, ahead=ahead, policy=remembered)


def relaxes(rule: Contraindication, known: Contraindication) -> bool:
    """Return whether some patient comes out better by `rule` than by `known`.

    A graver rule that ends after a while is among them: it leaves nothing where
    the milder one would still have said something.
    """
    return (
        rule.gravity < known.gravity
        or _shorter(rule.defer, known.defer)
        or _shorter(rule.ahead, known.ahead)
    )


def _changed(procedure: Procedure, change: PolicyChange) -> Procedure:
    rules = {rule.finding: rule for rule in procedure.contraindications}
    rules[change.finding] = changed_rule(written_rule(procedure, change.finding), change)
    return replace(procedure, contraindications=tuple(rules.values()))


def _shorter(wait: Duration | str | None, other: Duration | str | None) -> bool:
    """Return whether `wait` ends sooner; one until resolved has no end of its own."""
    if not isinstance(wait, Duration):
        return False
    return not isinstance(other, Duration) or outlasts(other, wait)
