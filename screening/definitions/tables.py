"""The definitions while they are put together: each id once, each thing with its line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from screening.clinical.definitions.contradictions import Contradiction
from screening.clinical.definitions.coverage import Cell, Heavier, SameProduct
from screening.clinical.definitions.definitions import Example, Fact, Marks, Single, Source
from screening.clinical.definitions.eligibility import PolicyChange
from screening.clinical.definitions.findings import Finding
from screening.clinical.definitions.folder import Approval
from screening.clinical.definitions.medicines import MedicineNames
from screening.clinical.definitions.people import People
from screening.clinical.definitions.questionnaire import Item, Section
from screening.definitions.assembling import assemble_section, people_in, statements_of
from screening.definitions.examples import examples_in, marks_in
from screening.definitions.kinds import (
    ApprovalsFile,
    ContradictionsFile,
    CoverageFile,
    CoverageOfFile,
    ExamplesFile,
    FactsFile,
    File,
    FindingsFile,
    MedicinesFile,
    PolicyExampleFile,
    PolicyFile,
    PopulationFile,
    ProcedureFile,
    SectionFile,
    SettingsFile,
    SourcesFile,
    TranslationsFile,
)
from screening.definitions.medicines import medicines_in
from screening.definitions.policies import changes_in, place_changes
from screening.definitions.problems import Problem
from screening.definitions.reading import Document, Key
from screening.definitions.shapes import QuestionShape, same_fields


class Tables:
    """Everything by id; `places` is the file and line of each thing that a check may name."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.places: dict[str, tuple[str, int]] = {}
        self.findings: dict[str, Finding] = {}
        self.sources: dict[str, Source] = {}
        self.sections: list[Section] = []
        self.links: dict[str, Item] = {}
        self.procedures: dict[str, ProcedureFile] = {}
        self.examples: list[Example | Single] = []
        self.marks: list[Marks] = []
        self.translations: dict[str, dict[str, str]] = {}
        self.reviewers: dict[str, str] = {}
        self.facts: dict[str, Fact] = {}
        self.policies: list[PolicyChange] = []
        self.medicines = MedicineNames()
        self.medicines_at: Document | None = None
        self.settings: dict[str, SettingsFile] = {}
        self.coverage: dict[str, dict[str, Cell]] = {}
        self.contradictions: list[Contradiction] = []
        self.severity_order: list[Heavier] = []
        self.same_product: dict[str, SameProduct] = {}
        self.approvals: dict[str, Approval] = {}
        self.policy_examples: dict[str, tuple[PolicyChange, ...]] = {}
        self.example_places: dict[str, dict[str, tuple[str, int]]] = {}
        self.people: dict[str, People] = {}

    def add(self, file: File, at: Document) -> None:
        """Take in what `file` says."""
        match file:
            case FindingsFile():
                self._add_findings(file, at)
            case SourcesFile(sources=sources):
                cited = [Source(**same_fields(shape, Source)) for shape in sources]
                self._put_all(self.sources, "source", cited, at, "sources")
            case SectionFile():
                self.sections.append(assemble_section(file, at, self._note_question))
            case ProcedureFile(procedure=name):
                self._put(self.procedures, "procedure", name, file, at, ("procedure",))
                self._place_entries(file, at)
            case FactsFile(facts=facts):
                said = [Fact(**same_fields(shape, Fact)) for shape in facts]
                self._put_all(self.facts, "fact", said, at, "facts")
            case TranslationsFile(language=language, texts=texts, reviewed_by=reviewer):
                self._put(self.translations, "language", language, texts, at, ("language",))
                self.reviewers |= {language: reviewer} if reviewer else {}
            case PolicyFile():
                self.problems += place_changes(file, at, self.places)
                self.policies += changes_in(file)
            case PolicyExampleFile(policy_example=name):
                changes = tuple(changes_in(file))
                kind = "policy_example"
                self._put(self.policy_examples, kind, name, changes, at, (kind,))
                here: dict[str, tuple[str, int]] = {}
                self.problems += place_changes(file, at, here)
                self.example_places[name] = here
            case PopulationFile():
                people = people_in(file)
                self._put(self.people, "population", "", people, at, ("population",))
                for i, trait in enumerate(file.items):
                    self._place(f"trait {trait.id}", at, ("items", i))
                self._place("do_not_know", at, ("do_not_know",))
            case ApprovalsFile(approvals=approved):
                known = [Approval(**same_fields(shape, Approval)) for shape in approved]
                for i, approval in enumerate(known):
                    key = ("approvals", i)
                    self._put(self.approvals, "approval", approval.procedure, approval, at, key)
            case MedicinesFile():
                self.medicines, self.medicines_at = medicines_in(file), at
            case ExamplesFile():
                self.examples += examples_in(file, at)
                self.marks += marks_in(file, at)
            case SettingsFile():
                self._put(self.settings, "settings", "", file, at, ("format",))
                for name in ("birth_date", "medicines"):
                    self._place(f"binding {name}", at, ("bindings", name))
                for name in file.bindings.arrival if file.bindings else ():
                    self._place(f"row {name}", at, ("bindings", "arrival", name))
            case CoverageFile(coverage=procedure, cells=cells):
                self._place(f"coverage {procedure}", at, ("coverage",))
                for finding, cell in cells.items():
                    self._put_cell(procedure, finding, cell, at, finding)
            case CoverageOfFile(coverage_of=finding, cells=lists):
                for procedure, cell in lists.items():
                    where = (at.shown, at.line(("cells", procedure)))
                    self.places.setdefault(f"coverage {procedure}", where)
                    self._put_cell(procedure, finding, cell, at, procedure)
            case ContradictionsFile(contradictions=shapes):
                for i, shape in enumerate(shapes):
                    nth = len(self.contradictions)
                    self._place(f"contradiction {nth}", at, ("contradictions", i))
                    one = Contradiction(**same_fields(shape, Contradiction))
                    self.contradictions.append(one)

    def _put(
        self, table: dict[str, Any], kind: str, id: str, value: Any, at: Document, key: Key
    ) -> None:
        if id in table:
            file, line = self.places[f"{kind} {id}"]
            text = f'{kind} "{id}" is already defined in {file}:{line}'
            self.problems.append(Problem(at.shown, at.line(key), text))
            return
        table[id] = value
        self._place(f"{kind} {id}", at, key)

    def _put_cell(self, procedure: str, finding: str, cell: Any, at: Document, key: str) -> None:
        decided = self.coverage.setdefault(procedure, {})
        self._put(decided, f"cell {procedure}", finding, cell, at, ("cells", key))

    def _put_all(
        self, table: dict[str, Any], kind: str, entries: Iterable[Any], at: Document, key: str
    ) -> None:
        for i, one in enumerate(entries):
            self._put(table, kind, one.id, one, at, (key, i))

    def _place(self, name: str, at: Document, key: Key) -> None:
        self.places[name] = (at.shown, at.line(key))

    def _add_findings(self, file: FindingsFile, at: Document) -> None:
        known = [Finding(**same_fields(shape, Finding)) for shape in file.findings]
        self._put_all(self.findings, "finding", known, at, "findings")
        for i, shape in enumerate(file.severity_order):
            self._place(f"heavier {len(self.severity_order)}", at, ("severity_order", i))
            self.severity_order.append(Heavier(**same_fields(shape, Heavier)))
        for i, group in enumerate(file.same_product):
            one = SameProduct(**same_fields(group, SameProduct))
            self._put(self.same_product, "product", one.product, one, at, ("same_product", i))

    def _note_question(self, item: Item, shape: QuestionShape, at: Document, where: Key) -> None:
        self._put(self.links, "question", item.link_id, item, at, where)
        if shape.holds:
            self._place(f"holds {item.link_id}", at, (*where, "holds"))
        for i, option in enumerate(shape.options):
            self._place(f"option {item.link_id} {option.id}", at, (*where, "options", i))

    def _place_entries(self, file: ProcedureFile, at: Document) -> None:
        """Remember on which line each rule and each statement of a procedure stands."""
        for i, rule in enumerate(file.contraindications):
            where = ("contraindications", i, "finding")
            self._place(f"rule {file.procedure} {rule.finding}", at, where)
        for part, i, _ in statements_of(file):
            self._place(f"{part} {file.procedure} {i}", at, (part, i))
