"""Every finding, source, procedure and question that a file names is defined by some file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from screening.clinical.definitions.contradictions import Contradiction, Side
from screening.clinical.definitions.definitions import Definitions, Single
from screening.clinical.definitions.questionnaire import Item
from screening.definitions.assembling import statements_of
from screening.definitions.kinds import ProcedureFile
from screening.definitions.policies import unknown_names
from screening.definitions.problems import Problem, unknown

Places = Mapping[str, tuple[str, int]]
Need = tuple[str, str, str]  # what kind of thing, its id, the place that names it


def check_references(
    definitions: Definitions, files: Mapping[str, ProcedureFile], places: Places
) -> list[Problem]:
    """Return a problem for each name that no file defines, with the nearest that one does."""
    items = {item.link_id: item for item in definitions.items}
    known: dict[str, Mapping[str, Any]] = {
        "procedure": files,
        "finding": definitions.findings,
        "source": definitions.sources,
    }
    needs = (*_lists(files), *_questions(items.values()), *_decided(definitions))
    problems = [
        Problem(*places[place], unknown(kind, name, known[kind]))
        for kind, name, place in needs
        if name not in known[kind]
    ]
    for i, one in enumerate(definitions.contradictions):
        for text in _unsaid(one, items, definitions.findings):
            problems.append(Problem(*places[f"contradiction {i}"], text))
    problems += unknown_names(definitions.policies, known, places)
    return [*problems, *_unknown_in_examples(definitions, files)]


def _lists(files: Mapping[str, ProcedureFile]) -> Iterator[Need]:
    for name, file in files.items():
        for rule in file.contraindications:
            place = f"rule {name} {rule.finding}"
            yield "finding", rule.finding, place
            yield from (("source", source, place) for source in (rule.source, *rule.also))
        for part, i, one in statements_of(file):
            place = f"{part} {name} {i}"
            for source in (one.source, *getattr(one, "also", ())):
                yield "source", source, place
            yield from (("finding", finding, place) for finding in getattr(one, "unless", ()))


def _questions(items: Iterable[Item]) -> Iterator[Need]:
    for item in items:
        for finding in sorted(item.establishes):
            yield "finding", finding, f"question {item.link_id}"


def _decided(definitions: Definitions) -> Iterator[Need]:
    """Yield what coverage, the order of severity and groups of one product name."""
    for procedure, cells in definitions.coverage.items():
        yield "procedure", procedure, f"coverage {procedure}"
        for finding, cell in cells.items():
            place = f"cell {procedure} {finding}"
            yield from (("finding", name, place) for name in (finding, *cell.by))
    for i, pair in enumerate(definitions.severity_order):
        yield from (("finding", n, f"heavier {i}") for n in (pair.heavier, pair.lighter))
    for group in definitions.same_product:
        place = f"product {group.product}"
        yield from (("procedure", name, place) for name in group.procedures)
        yield from (("finding", name, place) for name in (*group.findings, *group.differ))


def _unsaid(
    one: Contradiction, items: Mapping[str, Item], findings: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what in a contradiction nobody can answer, or no answer leaves open."""
    for side in (one.one, one.other):
        yield from _unanswerable(side, items, findings)
    for name in one.unknown:
        if name not in findings:
            yield unknown("finding", name, findings)
        elif findings[name].when is not None or findings[name].age is not None:
            yield f'"{name}" is worked out by the program; name what it is worked out from'


def _unanswerable(
    side: Side, items: Mapping[str, Item], findings: Mapping[str, Any]
) -> Iterator[str]:
    if side.finding is not None:
        if side.finding not in findings:
            yield unknown("finding", side.finding, findings)
    elif side.question is None or side.question not in items:
        yield unknown("question", str(side.question), items)
    else:
        offered = items[side.question].codes
        for code in side.codes:
            if code not in offered:
                yield unknown(f'answer to "{side.question}",', code, offered)


def _unknown_in_examples(
    definitions: Definitions, procedures: Mapping[str, Any]
) -> Iterator[Problem]:
    for example in definitions.examples:
        shown, line = example.where.rsplit(":", 1)
        if example.procedure not in procedures:
            text = unknown("procedure", example.procedure, procedures)
            yield Problem(shown, int(line), text)
        elif isinstance(example, Single) and example.finding not in definitions.findings:
            text = unknown("finding", example.finding, definitions.findings)
            yield Problem(shown, int(line), text)
