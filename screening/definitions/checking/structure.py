"""Static checks over definitions whose every name is known: what could never work as written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from screening.clinical.definitions.dates import Duration, outlasts
from screening.clinical.definitions.definitions import Definitions, findings_asked
from screening.clinical.definitions.eligibility import Contraindication
from screening.clinical.definitions.findings import Finding, named_in, negated_in
from screening.clinical.definitions.questionnaire import Item, ItemType
from screening.definitions.checking.enumeration import check_by_enumeration
from screening.definitions.checking.grouping import check_grouping
from screening.definitions.problems import Problem, unknown

Places = Mapping[str, tuple[str, int]]
FORM_WORDS = {
    "data",
    "errors",
    "validate",
    "meta",
    "process",
    "populate_obj",
    "csrf_token",
    "unknown",
}


def check_definitions(definitions: Definitions, places: Places) -> list[Problem]:
    """Return everything in `definitions` that contradicts itself or leads nowhere."""
    problems = [
        Problem(*places[place], text)
        for check in (_derivations, _questions, check_grouping, _rules)
        for place, text in check(definitions)
    ]
    if not problems:
        problems = [
            Problem(*places[place], text)
            for check in (_idle_findings, _windows, _inclusions, check_by_enumeration)
            for place, text in check(definitions)
        ]
    return problems


def _derivations(definitions: Definitions) -> Iterator[tuple[str, str]]:
    findings = definitions.findings
    for finding in findings.values():
        if finding.when is None:
            continue
        place = f"finding {finding.id}"
        for name in named_in(finding.when):
            if name not in findings:
                yield place, unknown("finding", name, findings)
        for name in negated_in(finding.when):
            if name in findings and not findings[name].protective:
                yield place, f'"not" may only name a protective finding, and "{name}" is not one'
        if finding.age is not None:
            yield place, "has both 'when' and 'age'; keep one"
        if circle := _circle(findings, finding.id, ()):
            yield place, f"goes round in a circle: {' -> '.join(circle)}"


def _circle(findings: Mapping[str, Finding], name: str, path: tuple[str, ...]) -> list[str] | None:
    """Return the way from `name` back to itself, None where there is none."""
    if name in path:
        return [*path, name] if name == path[0] else None
    when = findings[name].when if name in findings else None
    for other in named_in(when) if when is not None else ():
        if circle := _circle(findings, other, (*path, name)):
            return circle
    return None


def _questions(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for item in definitions.items:
        place = f"question {item.link_id}"
        for text in _misshapen(item):
            yield place, text
        for name in sorted(item.establishes):
            finding = definitions.findings[name]
            if finding.when is not None or finding.age is not None:
                yield place, f'"{name}" is worked out by the program; no question may establish it'
        if item.dates and (dated := definitions.findings[item.dates]) and not dated.date:
            yield place, f'"{item.dates}" is not a dated finding; give it a date: in findings.yaml'
        elif item.dates and definitions.findings[item.dates].booked != item.booked:
            yield place, f"'booked' must be the same here and at finding \"{item.dates}\""


def _misshapen(item: Item) -> Iterator[str]:
    if item.link_id in FORM_WORDS:
        yield f'"{item.link_id}" is a word that web forms use themselves; choose another id'
    if item.type.has_options != bool(item.options):
        yield "'options' belong to one-of and some-of questions, and those need them"
    ids = [option.id for option in item.options]
    if len(set(ids)) < len(ids):
        yield "two options have the same id"
    if item.type is not ItemType.YES_NO and (item.means or item.if_yes or item.if_not_no):
        yield "'means', 'if_yes' and 'if_not_no' belong to yes-no questions"
    if item.dates and item.type is not ItemType.DATE:
        yield "'dates' belongs to date questions"


def _rules(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for procedure in definitions.procedures.values():
        for rule in procedure.contraindications:
            if rule.listed_by != procedure.id:
                continue
            for text in misfits(rule, definitions.findings[rule.finding]):
                yield f"rule {procedure.id} {rule.finding}", text


def misfits(rule: Contraindication, finding: Finding) -> Iterator[str]:
    """Yield what in `rule` contradicts itself or its finding."""
    timed = isinstance(rule.defer, Duration)
    if rule.gravity == 0 and rule.defer is not None:
        yield "a precaution defers nothing: leave out 'defer', or make it a contraindication"
    if timed and not finding.date:
        yield f'"{rule.finding}" has no date to count from; write defer: until resolved'
    if timed and finding.booked and rule.ahead is None:
        yield f"\"{rule.finding}\" may be booked: say with 'ahead' how long before it"
    if rule.ahead is not None and not (timed and finding.booked):
        yield "'ahead' belongs to a 'defer' of a finding that may be booked"
    if finding.protective:
        yield f'"{rule.finding}" is protective; it cannot speak against a procedure'


def _idle_findings(definitions: Definitions) -> Iterator[tuple[str, str]]:
    asked = {name for item in definitions.items for name in item.establishes}
    asks_birth = any(item.type is ItemType.BIRTH_DATE for item in definitions.items)
    used = findings_asked(definitions, definitions.procedures)
    for name, finding in definitions.findings.items():
        place = f"finding {name}"
        if finding.age is not None and not asks_birth:
            yield place, "no question asks for the date of birth"
        elif finding.when is None and finding.age is None and name not in asked:
            yield place, f'no question ever asks about "{name}"'
        if name not in used and not finding.record:
            yield place, f'"{name}" is used by no procedure; mark it record: true to keep it'


def _windows(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for procedure in definitions.procedures.values():
        for rule in procedure.contraindications:
            if rule.listed_by == procedure.id:
                for text in impossible_waits(definitions, rule):
                    yield f"rule {procedure.id} {rule.finding}", text


def impossible_waits(definitions: Definitions, rule: Contraindication) -> Iterator[str]:
    """Yield where the wait of `rule` never ends, or outlasts what the question asks about."""
    if not isinstance(rule.defer, Duration):
        return
    asking = _askers(definitions).get(rule.finding, [])
    if not any(item.dates == rule.finding for item in asking):
        yield f'no question asks for the date of "{rule.finding}", so the wait never ends'
    for item in asking:
        asks = item.dates != rule.finding
        if asks and item.within and outlasts(rule.defer, item.within):
            yield (
                f'question "{item.link_id}" asks only {item.within} back; '
                f"a wait of {rule.defer} would miss who says no"
            )


def _askers(definitions: Definitions) -> dict[str, list[Item]]:
    """Return for each finding the questions that say something about it."""
    if "askers" not in definitions.noted:
        askers: dict[str, list[Item]] = {}
        for item in definitions.items:
            for name in item.establishes:
                askers.setdefault(name, []).append(item)
        definitions.noted["askers"] = askers
    found: dict[str, list[Item]] = definitions.noted["askers"]
    return found


def _inclusions(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield each entry that repeats an included one, or is milder without saying why."""
    for procedure in definitions.procedures.values():
        taken = [definitions.procedures[other].contraindications for other in procedure.includes]
        for rule in procedure.contraindications:
            if rule.listed_by != procedure.id:
                continue
            place = f"rule {procedure.id} {rule.finding}"
            for known in (r for rules in taken for r in rules if r.finding == rule.finding):
                if replace(known, listed_by=rule.listed_by) == rule:
                    yield place, f"only repeats the list of {known.listed_by}; leave it out"
                elif _milder(rule, known) and not rule.note:
                    yield (
                        place,
                        f"is milder than in the list of {known.listed_by}; say why in 'note'",
                    )


def _milder(rule: Contraindication, known: Contraindication) -> bool:
    """Return whether `rule` weighs less, may be relaxed, or ends its wait sooner."""
    if (rule.gravity, rule.fixed) < (known.gravity, known.fixed):
        return True
    if not isinstance(rule.defer, Duration) or rule.gravity > known.gravity:
        return False
    return not isinstance(known.defer, Duration) or outlasts(known.defer, rule.defer)
