"""Follow each statement of the documents that the product grew from to where it is used.

Every fact is used somewhere, or says why not. One that is neither is a statement
that nobody has decided about, and the files are refused until somebody has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from screening.clinical.definitions.aftercare import Statement
from screening.clinical.definitions.definitions import Definitions, with_parts
from screening.clinical.definitions.eligibility import Preparation, Procedure
from screening.clinical.definitions.questionnaire import Item, ItemType
from screening.definitions.problems import Problem, unknown

Questions = Sequence[tuple[Item, Set[str]]]

LEAD = """\
# Where each fact is used

The product grew from five documents. This table says for each of their statements where the
files in `questions/` make use of it, or why they do not. It is written by the program: edit the
files, then run `screening trace > docs/traceability.md`.

| fact | document is about | kind | what it says | where it is used |
|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Use:
    """One place that carries a fact: `place` is its key in the table of lines."""

    fact: str
    place: str
    said: str


def check_facts(definitions: Definitions, places: Mapping[str, tuple[str, int]]) -> list[Problem]:
    """Return a problem for each fact that is unknown, left without a word, or contradicted."""
    facts, used = definitions.facts, set()
    problems = []
    for use in _uses(definitions):
        used.add(use.fact)
        if use.fact not in facts:
            problems.append(Problem(*places[use.place], unknown("fact", use.fact, facts)))
    for fact in facts.values():
        place = places[f"fact {fact.id}"]
        if fact.procedure not in definitions.procedures:
            text = unknown("procedure", fact.procedure, definitions.procedures)
            problems.append(Problem(*place, text))
        if fact.id in used and fact.not_used:
            text = f"fact \"{fact.id}\" is used; take away its 'not_used'"
            problems.append(Problem(*place, text))
        if fact.id not in used and not fact.not_used:
            text = f"fact \"{fact.id}\" is used nowhere; use it, or say why not with 'not_used'"
            problems.append(Problem(*place, text))
    return problems


def trace(definitions: Definitions) -> str:
    """Return the table of all facts as Markdown, one line each."""
    said: dict[str, list[str]] = {}
    for use in _uses(definitions):
        said.setdefault(use.fact, []).append(use.said)
    rows = []
    for fact in sorted(definitions.facts.values(), key=lambda fact: fact.id):
        where = "; ".join(dict.fromkeys(said.get(fact.id, [f"not used, because {fact.not_used}"])))
        cells = (fact.id, fact.procedure, fact.kind, fact.says, where)
        rows.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n")
    return LEAD + "".join(rows)


def _uses(definitions: Definitions) -> Iterator[Use]:
    questions = [(item, item.establishes - {item.dates}) for item in definitions.items]
    for procedure in definitions.procedures.values():
        yield from _uses_in_rules(definitions, questions, procedure)
        for part, i, word, statement in _statements(procedure):
            for fact in statement.facts:
                said = f"{word} of {procedure.id}: “{statement.text}”"
                yield Use(fact, f"{part} {procedure.id} {i}", said)


def _uses_in_rules(
    definitions: Definitions, questions: Questions, procedure: Procedure
) -> Iterator[Use]:
    for rule in procedure.contraindications:
        if rule.facts and rule.listed_by == procedure.id:
            asked_by = _asked_by(definitions, questions, rule.finding)
            asked = ", ".join(f"`{link_id}`" for link_id in asked_by)
            said = f"{rule.grade} `{rule.finding}` of {procedure.id} (question {asked})"
            for fact in rule.facts:
                yield Use(fact, f"rule {procedure.id} {rule.finding}", said)


def _statements(procedure: Procedure) -> Iterator[tuple[str, int, str, Preparation | Statement]]:
    """Yield (list, place in it, what it is called, statement) for what stands beside the rules."""
    care = procedure.aftercare
    signs = [sign for sign in care.warning_signs if sign.listed_by == procedure.id]
    lists: tuple[tuple[str, str, Iterable[Preparation | Statement]], ...] = (
        ("preparation", "preparation", procedure.preparation),
        ("aftercare", "aftercare", care.advice),
        ("warning_signs", "warning sign", signs),
        ("expect", "what is normal", care.expectations),
        ("follow_up", "follow-up visit", care.visits),
        ("course", "course", care.course),
    )
    for part, word, statements in lists:
        for i, statement in enumerate(statements):
            yield part, i, word, statement


def _asked_by(definitions: Definitions, questions: Questions, finding: str) -> list[str]:
    """Return the questions that establish `finding`, or a finding that it is derived from."""
    parts = with_parts(definitions, [finding])
    return [
        item.link_id
        for item, means in questions
        if means & parts or ("age" in parts and item.type is ItemType.BIRTH_DATE)
    ]
