"""Static checks that try every patient whom a rule can tell apart.

One bit is one imagined patient, and the product's own evaluator decides about
all of them at once (clinical/definitions/findings.py): what is checked here is what a
patient meets. An outcome is the gravest of its rules, so what holds for each
finding alone holds for the outcomes too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.definitions import Definitions, findings_used
from screening.clinical.definitions.eligibility import Contraindication, Procedure
from screening.clinical.definitions.findings import (
    ABSENT,
    PRESENT,
    UNKNOWN,
    Finding,
    Pair,
    any_of,
    derive,
    named_in,
)
from screening.clinical.definitions.questionnaire import Item, ItemType, walk
from screening.clinical.evaluation.answers import OLDEST

# 3 to the power of 12 patients are tried in a millisecond; no list has come near it.
MOST_PARTS = 12
NOBODY: Mapping[str, Iterable[str]] = {}
GRAVITY = ("precaution", "temporary contraindication", "contraindication")

Patients = Mapping[str, Pair]
Placed = tuple[str, Procedure, Contraindication]
Derive = Callable[[Mapping[str, Finding], Patients, int], Patients]


def check_by_enumeration(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield (place, what is wrong) for whatever no patient could ever meet as written."""
    used = sorted(findings_used(definitions, definitions.procedures) & set(definitions.findings))
    large = {n for n in used if len(parts_of(definitions.findings, n)) > MOST_PARTS}
    for name in sorted(large):
        yield f"finding {name}", f"rests on more than {MOST_PARTS} findings; make fewer of them"
    small = [name for name in used if name not in large]
    for name in small:
        if definitions.findings[name].when is not None:
            yield from _unsound(definitions, name)
            yield from _softened(definitions, name)
    written = [
        (f"rule {procedure.id} {rule.finding}", procedure, rule)
        for procedure in definitions.procedures.values()
        for rule in procedure.contraindications
        if rule.listed_by == procedure.id
    ]
    yield from idle_rules(definitions, [one for one in written if one[2].finding not in large])


def idle_rules(definitions: Definitions, rules: Sequence[Placed]) -> Iterator[tuple[str, str]]:
    """Yield each of `rules` that can never hold, or that a graver one always outweighs.

    The second goes by what the findings mean. A rule of equal weight adds a reason of
    its own, and one that is graver only because of how the questions are put still
    speaks where a clinic relaxes the other. Milder and always outweighed is an
    exception that does not work.
    """
    findings = definitions.findings
    names = {rule.finding for _, _, rule in rules}
    told = {name for _, _, means in _answers(definitions.items) for name in means}
    dead = {n for n in names if n not in told and not _reachable(definitions, n)}
    related = {name for name, finding in findings.items() if finding.when or finding.age}
    related |= {part for name in related for part in parts_of(findings, name)}
    crowds = {name: having(findings, name) for name in related & names - dead}
    for place, procedure, rule in rules:
        if rule.finding in dead:
            yield place, f'no answers ever lead to "{rule.finding}", so this can never hold'
        elif rule.finding in crowds:
            graver = _outweighing(procedure, rule, crowds[rule.finding])
            if graver:
                shown = " or ".join(f'"{r.finding}" ({GRAVITY[r.gravity]})' for r in graver)
                yield place, f'"{rule.finding}" never counts: with it there is always {shown}'


def parts_of(findings: Mapping[str, Finding], name: str) -> set[str]:
    """Return the findings that `name` is worked out from, itself where it is not derived."""
    when = findings[name].when
    if when is None:
        return {name}
    return {part for other in named_in(when) for part in parts_of(findings, other)}


def imagine(choices: Sequence[Sequence[Patients]]) -> tuple[dict[str, Pair], int]:
    """Return the findings of one patient for each combination of `choices`, and everyone's bits.

    A choice lists alternatives, of which each patient has exactly one.
    """
    everyone = (1 << math.prod(map(len, choices))) - 1
    states: dict[str, Pair] = {}
    block = 1
    for choice in choices:
        period = block * len(choice)
        first = everyone // ((1 << period) - 1) * ((1 << block) - 1)
        for nth, alternative in enumerate(choice):
            those = first << (block * nth)
            for name, (certain, possible) in alternative.items():
                pair = (those * certain, those * possible)
                states[name] = any_of(states.get(name, ABSENT), pair)
        block = period
    return states, everyone


def unsound(
    findings: Mapping[str, Finding], name: str, derive: Derive = derive
) -> tuple[str, ...] | None:
    """Return what may be unknown without `name` allowing for it, None where there is nothing.

    Each unknown part stands for its being absent and its being present; what is
    true step by step is true for any number of unknown parts.
    """
    parts = sorted(parts_of(findings, name))
    for part in parts:
        others = [[{p: s} for s in (ABSENT, UNKNOWN, PRESENT)] for p in parts if p != part]
        states, everyone = imagine(others)
        (c0, p0), (c, p), (c1, p1) = (
            derive(findings, _with(findings, states, {part}, s, everyone), everyone)[name]
            for s in (ABSENT, UNKNOWN, PRESENT)
        )
        if c & ~(c0 & c1) or (p0 | p1) & ~p:
            return (part,)
    states, everyone = imagine([[{p: ABSENT}, {p: PRESENT}] for p in parts])
    certain, possible = derive(findings, _with(findings, states, (), ABSENT, everyone), everyone)[
        name
    ]
    return None if certain == possible else tuple(parts)


def _unsound(definitions: Definitions, name: str) -> Iterator[tuple[str, str]]:
    if parts := unsound(definitions.findings, name):
        yield f"finding {name}", f"is settled although it is unknown: {', '.join(parts)}"


def _softened(definitions: Definitions, name: str) -> Iterator[tuple[str, str]]:
    """Yield each finding, and each answer, whose presence takes `name` away."""
    findings = definitions.findings
    parts = parts_of(findings, name)
    blocks = {f"finding {part}": (part, {part}) for part in sorted(parts)}
    for place, code, means in _answers(definitions.items):
        if len(means) > 1 and parts & means:
            blocks[f"{place} {code}"] = (code, means)
    for place, (shown, means) in blocks.items():
        if all(findings[m].protective or findings[m].age for m in means):
            continue
        states, everyone = imagine([[{p: ABSENT}, {p: PRESENT}] for p in sorted(parts - means)])
        without, having = (
            derive(findings, _with(findings, states, means, s, everyone), everyone)[name][0]
            for s in (ABSENT, PRESENT)
        )
        if without & ~having:
            place = " ".join(place.split()[:2])
            yield place, f'"{shown}" takes "{name}" away: who is worse off would come out better'


def _answers(items: Iterable[Item]) -> Iterator[tuple[str, str, set[str]]]:
    """Yield (place, answer, the findings that it establishes)."""
    for item in items:
        place = f"question {item.link_id}"
        yield place, item.link_id, set(item.means)
        yield from ((place, option.id, set(option.means)) for option in item.options)


def _with(
    findings: Mapping[str, Finding],
    states: Patients,
    names: Iterable[str],
    state: Pair,
    everyone: int,
) -> dict[str, Pair]:
    """Return `states` with `names` in `state` for everyone, and every other finding absent."""
    base = {name: ABSENT for name, finding in findings.items() if finding.when is None}
    certain, possible = state
    return base | dict(states) | dict.fromkeys(names, (everyone * certain, everyone * possible))


def _reachable(definitions: Definitions, name: str) -> bool:
    """Return whether some full set of answers makes `name` certain."""
    parts = parts_of(definitions.findings, name)
    aged = any(definitions.findings[part].age for part in parts)
    replies = [
        _replies(item, parts, definitions.findings)
        for section in definitions.sections
        for item in section.items
        if (aged and item.type is ItemType.BIRTH_DATE)
        or any(parts & means for _, _, means in _answers(walk([item])))
    ]
    told = [[dict.fromkeys(reply, PRESENT) for reply in r] for r in replies]
    states, everyone = imagine(told)
    known = _with(definitions.findings, states, (), ABSENT, everyone)
    return derive(definitions.findings, known, everyone)[name][0] != 0


def _replies(item: Item, parts: set[str], findings: Mapping[str, Finding]) -> set[frozenset[str]]:
    """Return every set of `parts` that some full answer to `item` establishes."""

    def after(means: Iterable[str], below: Iterable[Item]) -> set[frozenset[str]]:
        here = {frozenset(parts.intersection(means))}
        return _together([here, *(_replies(i, parts, findings) for i in below)])

    nothing: set[frozenset[str]] = {frozenset()}
    choices = [after(option.means, option.then) for option in item.options]
    match item.type:
        case ItemType.YES_NO:
            return nothing | after(item.means, (*item.if_yes, *item.if_not_no))
        case ItemType.ONE_OF:
            return set().union(*choices)
        case ItemType.SOME_OF:
            return _together([nothing | choice for choice in choices])
        case ItemType.BIRTH_DATE:
            return {profile & parts for profile in _ages(findings)}
    return nothing


def _together(replies: Iterable[set[frozenset[str]]]) -> set[frozenset[str]]:
    every: set[frozenset[str]] = {frozenset()}
    for reply in replies:
        every = {a | b for a, b in itertools.product(every, reply)}
    return every


def _ages(findings: Mapping[str, Finding]) -> set[frozenset[str]]:
    """Return the sets of age findings that one patient can have together."""
    bands = {name: finding.age for name, finding in findings.items() if finding.age}
    return {
        frozenset(name for name, band in bands.items() if band.holds(years))
        for years in range(OLDEST + 1)
    }


def having(
    findings: Mapping[str, Finding], name: str, along: Mapping[str, Iterable[str]] = NOBODY
) -> Patients:
    """Return patients with every mixture of the parts of `name`, and as little else as may be.

    `along` is finding and what every answer that establishes it establishes with it.
    """
    parts = parts_of(findings, name)
    choices = [
        [{p: ABSENT}, dict.fromkeys((p, *along.get(p, ())), PRESENT)]
        for p in sorted(parts)
        if not findings[p].age
    ]
    if any(findings[p].age for p in parts):
        choices.append([dict.fromkeys(profile, PRESENT) for profile in _ages(findings)])
    states, everyone = imagine(choices)
    milder = {n for n, f in findings.items() if f.protective and f.when is None} - parts
    return derive(findings, _with(findings, states, milder, PRESENT, everyone), everyone)


def _outweighing(
    procedure: Procedure, rule: Contraindication, patients: Patients
) -> list[Contraindication]:
    """Return the graver rules of which one holds wherever `rule` does, none if it ever decides."""
    those, _ = patients[rule.finding]
    graver = [
        other
        for other in procedure.contraindications
        if other.gravity > rule.gravity
        and not isinstance(other.defer, Duration)
        and patients[other.finding][0] & those
    ]
    outweighed, _ = any_of(*(patients[other.finding] for other in graver))
    return graver if not those & ~outweighed else []
