"""Read what a clinic changed in the lists, and refuse what would not work or may not be.

The lists as written are proved sound first, and the patients in examples/ are held
against those. Then the same checks by enumeration run for each day on which a
change begins, with every change that is in force by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import (
    Contraindication,
    Outcome,
    PolicyChange,
    Procedure,
    determine_eligibility,
)
from screening.clinical.definitions.findings import ABSENT, UNKNOWN, Findings
from screening.clinical.definitions.policy import changed_rule, in_force, relaxes
from screening.definitions.checking.approvals import is_placeholder
from screening.definitions.checking.enumeration import idle_rules
from screening.definitions.checking.structure import impossible_waits, misfits
from screening.definitions.kinds import PolicyExampleFile, PolicyFile
from screening.definitions.problems import Problem, unknown
from screening.definitions.reading import Document
from screening.definitions.shapes import same_fields

Places = Mapping[str, tuple[str, int]]


def changes_in(file: PolicyFile | PolicyExampleFile) -> Iterator[PolicyChange]:
    """Yield every change of `file`, in its order."""
    name = file.policy if isinstance(file, PolicyFile) else file.policy_example
    for shape in file.changes:
        yield PolicyChange(policy=name, **same_fields(shape, PolicyChange))


def place_of(change: PolicyChange) -> str:
    """Return the key of `change` in the table of lines."""
    return f"change {change.procedure} {change.finding} {change.since}"


def place_changes(
    file: PolicyFile | PolicyExampleFile, at: Document, places: dict[str, tuple[str, int]]
) -> Iterator[Problem]:
    """Remember in `places` where each change stands, and yield each that stands twice."""
    for i, change in enumerate(changes_in(file)):
        here = (at.shown, at.line(("changes", i)))
        first = places.setdefault(place_of(change), here)
        if first != here:
            text = (
                f'the rule for "{change.finding}" of {change.procedure} is already changed '
                f"from {change.since} on in {first[0]}:{first[1]}; keep one of the two"
            )
            yield Problem(*here, text)


def unknown_names(
    changes: Sequence[PolicyChange], tables: Mapping[str, Mapping[str, Any]], places: Places
) -> Iterator[Problem]:
    """Yield a problem for each procedure, finding and source that no file defines."""
    for change in changes:
        for kind, table in tables.items():
            name = getattr(change, kind)
            if name is not None and name not in table:
                yield Problem(*places[place_of(change)], unknown(kind, name, table))


def unnamed(changes: Sequence[PolicyChange], places: Places) -> Iterator[Problem]:
    """Yield each change for which nobody answers: an example that was copied as it is."""
    for change in changes:
        if is_placeholder(change.by):
            text = f'"{change.by}" is not the name of a person who answers for the change'
            yield Problem(*places[place_of(change)], text)


def check_policy_examples(definitions: Definitions, places: Mapping[str, Places]) -> list[Problem]:
    """Return what would be refused in each example, were it in force under somebody's name."""
    problems: list[Problem] = []
    tables = {"procedure": definitions.procedures, "finding": definitions.findings}
    for name, changes in definitions.policy_examples.items():
        wrong = list(unknown_names(changes, tables, places[name]))
        alone = replace(definitions, policies=changes)
        problems += wrong or _checked(alone, places[name])
    return problems


def check_policies(definitions: Definitions, places: Places) -> list[Problem]:
    """Return every change that is not allowed, leads nowhere or changes nothing."""
    return [*unnamed(definitions.policies, places), *_checked(definitions, places)]


def _checked(definitions: Definitions, places: Places) -> list[Problem]:
    problems = [
        Problem(*places[place_of(change)], text)
        for change in definitions.policies
        for text in _faults(definitions, change, places)
    ]
    for day in sorted({change.since for change in definitions.policies} if not problems else ()):
        applied = in_force(definitions, day)
        changed = [
            (place_of(rule.policy), procedure, rule)
            for procedure in applied.procedures.values()
            for rule in procedure.contraindications
            if rule.policy
        ]
        for place, text in idle_rules(applied, changed):
            problems.append(Problem(*places[place], text))
        for place, procedure, _ in changed:
            for finding in cleared_unknown(definitions.procedures[procedure.id], procedure, day):
                text = (
                    f'would clear a patient of {procedure.id} who does not know about "{finding}"'
                )
                problems.append(Problem(*places[place], text))
    return problems


def said(rule: Contraindication) -> str:
    """Return what `rule` says, in the words of the files."""
    wait = f", defer: {rule.defer}" if rule.defer else ""
    return f"{rule.grade}{wait}{f', ahead: {rule.ahead}' if rule.ahead else ''}"


def _faults(definitions: Definitions, change: PolicyChange, places: Places) -> Iterator[str]:
    rules = definitions.procedures[change.procedure].contraindications
    known = next((rule for rule in rules if rule.finding == change.finding), None)
    rule = changed_rule(known, change)
    yield from misfits(rule, definitions.findings[change.finding])
    yield from impossible_waits(definitions, rule)
    if known is None:
        for word in ("because", "source"):
            if getattr(change, word) is None:
                yield (
                    f'the list of {change.procedure} has no rule for "{change.finding}"; '
                    f"a rule of your own needs '{word}' too"
                )
        return
    if change.because or change.source:
        yield (
            f'the list of {change.procedure} has a rule for "{change.finding}", which keeps its '
            "'because' and 'source'; leave them out here and say your own in 'reason'"
        )
    if said(rule) == said(known):
        yield f'changes nothing: the list of {change.procedure} says "{said(known)}" already'
    elif known.fixed and relaxes(rule, known):
        file, line = places[f"rule {known.listed_by} {known.finding}"]
        yield (
            f'"{known.finding}" is fixed for {change.procedure} as "{said(known)}" ({file}:{line}) '
            f'and cannot be relaxed to "{said(rule)}"; make it stricter, or take this change away'
        )


def cleared_unknown(written: Procedure, changed: Procedure, on: date) -> Iterator[str]:
    """Yield each finding of the list as `written` that `changed` lets pass though it is unknown."""
    rules = (*written.contraindications, *changed.contraindications)
    absent = dict.fromkeys((rule.finding for rule in rules), ABSENT)
    for rule in written.contraindications:
        unsure = Findings(absent | {rule.finding: UNKNOWN})
        if determine_eligibility(changed, unsure, on).outcome is Outcome.NONE_IDENTIFIED:
            yield rule.finding
