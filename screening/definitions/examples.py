"""Hold the patients that clinicians described against the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from screening.clinical.definitions.definitions import Definitions, Example, Marks, Single
from screening.clinical.definitions.eligibility import (
    Eligibility,
    Outcome,
    Procedure,
    determine_eligibility,
)
from screening.clinical.definitions.findings import ABSENT, PRESENT, Findings, derive, usable_date
from screening.clinical.evaluation.answers import establish_findings
from screening.clinical.evaluation.case import CaseError, read_case
from screening.clinical.evaluation.reading import to_read
from screening.clinical.medicines.record import read_whole
from screening.definitions.kinds import ExamplesFile
from screening.definitions.reading import Document


def examples_in(file: ExamplesFile, at: Document) -> Iterator[Example | Single]:
    """Yield every patient of `file`: those described at length, then the single findings."""
    for i, shape in enumerate(file.examples):
        case = {"answers": shape.answers, "findings": shape.findings, "otherwise": shape.otherwise}
        yield Example(
            shape.example,
            file.examples_for,
            shape.on or file.on,
            case,
            shape.expect.outcome,
            shape.expect.until,
            shape.expect.reasons,
            f"{at.shown}:{at.line(('examples', i))}",
        )
    for finding, rows in file.single.items():
        for dated, outcome, until in rows:
            line = at.line(("single", finding, str(dated)) if dated else ("single", finding))
            where = f"{at.shown}:{line}"
            yield Single(finding, dated, file.examples_for, file.on, outcome, until, where)


def marks_in(file: ExamplesFile, at: Document) -> Iterator[Marks]:
    """Yield the marks that the rules of the procedure must bear, where `file` lists them."""
    if file.fixed is not None or file.recheck is not None:
        where = f"{at.shown}:{at.line(('fixed',) if file.fixed else ('recheck',))}"
        fixed, recheck = frozenset(file.fixed or ()), frozenset(file.recheck or ())
        yield Marks(file.examples_for, fixed, recheck, where)


def failing_examples(definitions: Definitions) -> list[str]:
    """Return "file:line: what came out instead" for each example that the rules do not meet."""
    problems = [
        f'{example.where}: "{name_of(example)}": {problem}'
        for example in definitions.examples
        if (problem := _problem(definitions, example))
    ]
    for marks in definitions.marks:
        if problem := wrong_marks(definitions.procedures[marks.procedure], marks):
            problems.append(f"{marks.where}: {problem}")
    return problems


def name_of(example: Example | Single) -> str:
    if isinstance(example, Example):
        return example.name
    return example.finding if example.dated is None else f"{example.finding} {example.dated}"


def _problem(definitions: Definitions, example: Example | Single) -> str | None:
    try:
        findings = describe(definitions, example)
    except CaseError as error:
        return "; ".join(error.problems)
    procedure = definitions.procedures[example.procedure]
    found = determine_eligibility(procedure, findings, example.on)
    return difference(example, found.with_reading(_read(definitions, example)))


def _read(definitions: Definitions, example: Example | Single) -> tuple[str, ...]:
    if isinstance(example, Single):
        return ()
    answers: Any = example.case["answers"]
    whole = read_whole(definitions, definitions.medicines.read(answers))
    return tuple(one.link_id for one in to_read(definitions, example.procedure, answers, whole))


def describe(definitions: Definitions, example: Example | Single) -> Findings:
    """Return what is true of the patient in `example`. Raises CaseError."""
    if isinstance(example, Example):
        raw: Mapping[str, Any] = {
            **example.case,
            "procedures": [example.procedure],
            "on": example.on.isoformat(),
        }
        case = read_case(definitions, raw, strict=definitions.hears_all)
        said = (case.answers, case.on, case.given, case.otherwise)
        return establish_findings(definitions, *said, medicines=case.medicines)
    finding = definitions.findings[example.finding]
    if example.dated and not finding.date:
        raise CaseError([f'"{example.finding}" is not a dated finding'])
    nothing = {name: ABSENT for name, f in definitions.findings.items() if f.when is None}
    states = derive(definitions.findings, nothing | {example.finding: PRESENT})
    dated = example.dated and usable_date(finding, example.dated, example.on)
    return Findings(states, {example.finding: dated} if dated else {})


def difference(example: Example | Single, found: Eligibility) -> str | None:
    """Return how `found` differs from what `example` expects, None where it does not.

    A single finding answers for its own rule: what follows from it may be graver.
    """
    outcome, until = found.outcome, found.until
    if isinstance(example, Single):
        own = [r for r in found.reasons if r.contraindication.finding == example.finding]
        outcome = own[0].outcome if own else Outcome.NONE_IDENTIFIED
        until = own[0].until if own else None
    if outcome is not example.outcome:
        return f"expected {example.outcome}, the rules say {outcome}"
    if until != example.until:
        return f"expected until {example.until}, the rules say {until}"
    reasons = {r.contraindication.finding for r in found.reasons}
    expected = example.reasons if isinstance(example, Example) else None
    if expected is not None and set(expected) != reasons:
        return f"expected the reasons {sorted(expected)}, the rules give {sorted(reasons)}"
    return None


def wrong_marks(procedure: Procedure, marks: Marks) -> str | None:
    """Return which rules bear a mark too many or too few, None where all are as expected."""
    for word, expected in (("fixed", marks.fixed), ("recheck", marks.recheck)):
        bear = {rule.finding for rule in procedure.contraindications if getattr(rule, word)}
        if bear != expected:
            return (
                f"'{word}' is expected of {sorted(expected - bear)} and missing, "
                f"and stands unexpected at {sorted(bear - expected)}"
            )
    return None
