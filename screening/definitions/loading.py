"""Turn the files of questions/ into Definitions, or say everything that is wrong with them.

There is no half-way: a folder with one unreadable rule gives no definitions at
all, so that the service can never run with fewer rules than the clinic wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from screening.clinical.definitions.definitions import (
    Definitions,
    Example,
    Fact,
    Marks,
    Single,
    Source,
)
from screening.clinical.definitions.eligibility import PolicyChange
from screening.clinical.definitions.findings import Finding
from screening.clinical.definitions.medicines import MedicineNames
from screening.clinical.definitions.questionnaire import Holds, Item, Option, Section
from screening.definitions.assembling import assemble_procedures, statements_of
from screening.definitions.checking.structure import check_definitions
from screening.definitions.checking.tracing import check_facts
from screening.definitions.examples import examples_in, marks_in
from screening.definitions.explaining import explain
from screening.definitions.medicines import check_medicines, medicines_in
from screening.definitions.policies import (
    changes_in,
    check_policies,
    place_changes,
    unknown_names,
)
from screening.definitions.problems import DefinitionError, Problem, unknown
from screening.definitions.reading import Document, Key, find_files, hash_files, read_document
from screening.definitions.shapes import (
    KINDS,
    ExamplesFile,
    FactsFile,
    File,
    FindingsFile,
    MedicinesFile,
    PolicyFile,
    ProcedureFile,
    QuestionShape,
    SectionFile,
    SourcesFile,
    TranslationsFile,
    same_fields,
)

OPTIONAL = (ExamplesFile, FactsFile, TranslationsFile, PolicyFile, MedicinesFile)


@dataclass(frozen=True)
class Loaded:
    """A file that could be read, and where in it everything stands."""

    document: Document
    file: File


def load_definitions(folder: Path) -> Definitions:
    """Return the definitions in `folder`. Raises DefinitionError with every problem."""
    files, problems = find_files(folder)
    loaded: list[Loaded] = []
    for path in files:
        shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        one, faults = _load_file(path, shown)
        problems += faults
        loaded += [one] if one else []
    if not problems:
        problems += _missing_kinds(folder, loaded)
    if problems:
        raise DefinitionError(problems)
    return _assemble(loaded, hash_files(folder, files))


def _load_file(path: Path, shown: str) -> tuple[Loaded | None, list[Problem]]:
    document, problems = read_document(path, shown)
    if document is None or problems:
        return None, problems
    kind = next((shape for key, shape in KINDS.items() if key in document.data), None)
    if kind is None:
        text = f"the file must hold one of the keys {', '.join(KINDS)}"
        return None, [Problem(shown, 1, text)]
    try:
        return Loaded(document, kind.model_validate(document.data)), []
    except ValidationError as error:
        return None, [Problem(shown, document.line(w), text) for w, text in explain(error)]


def _missing_kinds(folder: Path, loaded: list[Loaded]) -> list[Problem]:
    there = {type(one.file) for one in loaded}
    return [
        Problem(f"{folder.name}/", 1, f"no file here holds '{key}:'")
        for key, kind in KINDS.items()
        if kind not in there and kind not in OPTIONAL
    ]


class _Tables:
    """The definitions while they are put together; each id once, each with its line."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.places: dict[str, tuple[str, int]] = {}
        self.findings: dict[str, Finding] = {}
        self.sources: dict[str, Source] = {}
        self.sections: list[Section] = []
        self.procedures: dict[str, ProcedureFile] = {}
        self.examples: list[Example | Single] = []
        self.marks: list[Marks] = []
        self.translations: dict[str, dict[str, str]] = {}
        self.reviewers: dict[str, str] = {}
        self.facts: dict[str, Fact] = {}
        self.policies: list[PolicyChange] = []
        self.medicines = MedicineNames()
        self.medicines_at: Document | None = None

    def put(
        self, table: dict[str, Any], kind: str, id: str, value: Any, at: Document, key: Key
    ) -> None:
        if id in table:
            file, line = self.places[f"{kind} {id}"]
            text = f'{kind} "{id}" is already defined in {file}:{line}'
            self.problems.append(Problem(at.shown, at.line(key), text))
            return
        table[id] = value
        self.places[f"{kind} {id}"] = (at.shown, at.line(key))

    def put_all(
        self, table: dict[str, Any], kind: str, entries: Iterable[Any], at: Document, key: str
    ) -> None:
        for i, one in enumerate(entries):
            self.put(table, kind, one.id, one, at, (key, i))


def _assemble(loaded: list[Loaded], hash: str) -> Definitions:
    tables = _Tables()
    links: dict[str, Item] = {}
    for one in loaded:
        at = one.document
        match one.file:
            case FindingsFile(findings=findings):
                known = [Finding(**same_fields(shape, Finding)) for shape in findings]
                tables.put_all(tables.findings, "finding", known, at, "findings")
            case SourcesFile(sources=sources):
                cited = [Source(**same_fields(shape, Source)) for shape in sources]
                tables.put_all(tables.sources, "source", cited, at, "sources")
            case SectionFile():
                _add_section(tables, one.file, at, links)
            case ProcedureFile():
                tables.put(
                    tables.procedures, "procedure", one.file.procedure, one.file, at, ("procedure",)
                )
                _place_entries(tables, one.file, at)
            case FactsFile(facts=facts):
                said = [Fact(**same_fields(shape, Fact)) for shape in facts]
                tables.put_all(tables.facts, "fact", said, at, "facts")
            case TranslationsFile(language=language, texts=texts, reviewed_by=reviewer):
                tables.put(tables.translations, "language", language, texts, at, ("language",))
                if reviewer:
                    tables.reviewers[language] = reviewer
            case PolicyFile():
                tables.problems += place_changes(one.file, at, tables.places)
                tables.policies += changes_in(one.file)
            case MedicinesFile():
                tables.medicines, tables.medicines_at = medicines_in(one.file), at
            case ExamplesFile():
                tables.examples += examples_in(one.file, at)
                tables.marks += marks_in(one.file, at)
    procedures = assemble_procedures(tables.procedures, tables.places, tables.problems)
    definitions = Definitions(
        hash,
        tables.findings,
        tuple(tables.sections),
        procedures,
        tables.sources,
        tuple(tables.examples),
        tuple(tables.marks),
        tables.translations,
        tables.facts,
        tuple(tables.policies),
        reviewers=tables.reviewers,
        medicines=tables.medicines,
    )
    problems = tables.problems + _references(tables, definitions)
    if not problems:
        problems = check_definitions(definitions, tables.places)
    if not problems:
        problems = check_facts(definitions, tables.places)
        problems += check_policies(definitions, tables.places)
        problems += check_medicines(definitions, tables.medicines_at)
    if problems:
        raise DefinitionError(problems)
    return definitions


def _place_entries(tables: _Tables, file: ProcedureFile, at: Document) -> None:
    """Remember on which line each rule and each statement of a procedure stands."""
    for i, rule in enumerate(file.contraindications):
        line = at.line(("contraindications", i, "finding"))
        tables.places[f"rule {file.procedure} {rule.finding}"] = (at.shown, line)
    for part, i, _ in statements_of(file):
        tables.places[f"{part} {file.procedure} {i}"] = (at.shown, at.line((part, i)))


def _add_section(tables: _Tables, file: SectionFile, at: Document, links: dict[str, Item]) -> None:
    items = tuple(
        _item(shape, tables, at, ("questions", i), links) for i, shape in enumerate(file.questions)
    )
    tables.sections.append(Section(file.section, file.title, items))


def _item(
    shape: QuestionShape, tables: _Tables, at: Document, where: Key, links: dict[str, Item]
) -> Item:
    def below(shapes: tuple[QuestionShape, ...], *key: str | int) -> tuple[Item, ...]:
        return tuple(_item(s, tables, at, (*where, *key, i), links) for i, s in enumerate(shapes))

    options = (
        Option(o.id, o.text, o.means, below(o.then, "options", i, "then"))
        for i, o in enumerate(shape.options)
    )
    named_otherwise = {
        "link_id": shape.id,
        "text": shape.ask,
        "type": shape.answer,
        "options": tuple(options),
        "if_yes": below(shape.if_yes, "if_yes"),
        "if_not_no": below(shape.if_not_no, "if_not_no"),
        "may_not_know": shape.unknown,
        "holds": shape.holds or Holds(),
    }
    item = Item(**same_fields(shape, Item) | named_otherwise)
    tables.put(links, "question", item.link_id, item, at, where)
    return item


def _references(tables: _Tables, definitions: Definitions) -> list[Problem]:
    """Return a problem for each finding, source or procedure that no file defines."""
    problems = []

    def need(kind: str, name: str, table: Any, place: str) -> None:
        if name not in table:
            problems.append(Problem(*tables.places[place], unknown(kind, name, table)))

    for name, file in tables.procedures.items():
        for rule in file.contraindications:
            place = f"rule {name} {rule.finding}"
            need("finding", rule.finding, tables.findings, place)
            for source in (rule.source, *rule.also):
                need("source", source, tables.sources, place)
        for part, i, one in statements_of(file):
            for source in (one.source, *getattr(one, "also", ())):
                need("source", source, tables.sources, f"{part} {name} {i}")
            for finding in getattr(one, "unless", ()):
                need("finding", finding, tables.findings, f"{part} {name} {i}")
    for item in definitions.items:
        for finding in sorted(item.establishes):
            need("finding", finding, tables.findings, f"question {item.link_id}")
    tabled: tuple[Mapping[str, Any], ...] = (tables.procedures, tables.findings, tables.sources)
    known = dict(zip(("procedure", "finding", "source"), tabled, strict=True))
    policies = unknown_names(tables.policies, known, tables.places)
    return [*problems, *policies, *_unknown_in_examples(tables)]


def _unknown_in_examples(tables: _Tables) -> Iterator[Problem]:
    for example in tables.examples:
        shown, line = example.where.rsplit(":", 1)
        if example.procedure not in tables.procedures:
            text = unknown("procedure", example.procedure, tables.procedures)
            yield Problem(shown, int(line), text)
        elif isinstance(example, Single) and example.finding not in tables.findings:
            yield Problem(shown, int(line), unknown("finding", example.finding, tables.findings))
