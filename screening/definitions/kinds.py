"""What each definition file may hold, and the key by which its kind is known."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from screening.definitions.shapes import (
    AdviceShape,
    ApprovalShape,
    ChangeShape,
    ContradictionShape,
    ContraindicationShape,
    CourseShape,
    ExampleShape,
    FactShape,
    FindingShape,
    HeavierShape,
    NormalShape,
    NotKnownShape,
    PeopleShape,
    PreparationShape,
    QuestionShape,
    SameProductShape,
    Shape,
    SignShape,
    SourceShape,
    TraitShape,
    VisitShape,
)
from screening.definitions.values import (
    ArrivalRow,
    Decided,
    Format,
    Id,
    Ids,
    Language,
    LinkId,
    Singles,
    Text,
)


class OnTheSkinShape(Shape):
    establishes: Ids = ()
    possible: Ids = ()


class MedicineShape(Shape):
    id: Id = Field(alias="class")
    name: Text | None = Field(alias="is", default=None)
    establishes: Ids = ()
    possible: Ids = ()
    on_the_skin: OnTheSkinShape | None = None
    why: Text | None = None
    source: tuple[Text, ...] = ()
    substances: tuple[Text, ...] = ()
    names: tuple[Text, ...] = ()
    question: LinkId | None = None
    answer: Text | None = None


class FindingsFile(Shape):
    findings: tuple[FindingShape, ...] = Field(min_length=1)
    severity_order: tuple[HeavierShape, ...] = ()
    same_product: tuple[SameProductShape, ...] = ()


class BindingsShape(Shape):
    birth_date: LinkId | None = None
    medicines: Id | None = None
    arrival: dict[ArrivalRow, Ids] = Field(default_factory=dict)


class SettingsFile(Shape):
    format: Format
    title: Text | None = None
    bindings: BindingsShape | None = None
    words: dict[Language, dict[Text, Text]] = Field(default_factory=dict)
    demo_patients: tuple[Text, ...] = ()


class CoverageFile(Shape):
    coverage: Id
    cells: dict[Id, Decided] = Field(min_length=1)


class CoverageOfFile(Shape):
    """The same cells from the other side: one finding, by procedure."""

    coverage_of: Id
    cells: dict[Id, Decided] = Field(min_length=1)


class ContradictionsFile(Shape):
    contradictions: tuple[ContradictionShape, ...] = Field(min_length=1)


class SectionFile(Shape):
    section: Id
    title: Text
    questions: tuple[QuestionShape, ...] = Field(min_length=1)


class ProcedureFile(Shape):
    procedure: Id
    name: Text
    summary: Text
    includes: Ids = ()
    contraindications: tuple[ContraindicationShape, ...] = Field(min_length=1)
    preparation: tuple[PreparationShape, ...] = ()
    aftercare: tuple[AdviceShape, ...] = ()
    warning_signs: tuple[SignShape, ...] = ()
    expect: tuple[NormalShape, ...] = ()
    follow_up: tuple[VisitShape, ...] = ()
    course: tuple[CourseShape, ...] = ()


class SourcesFile(Shape):
    sources: tuple[SourceShape, ...] = Field(min_length=1)


class FactsFile(Shape):
    facts: tuple[FactShape, ...] = Field(min_length=1)


class TranslationsFile(Shape):
    language: Language
    reviewed_by: Text | None = None
    texts: dict[Text, Text] = Field(min_length=1)


class ExamplesFile(Shape):
    examples_for: Id
    on: date
    examples: tuple[ExampleShape, ...] = Field(min_length=1)
    single: dict[Id, Singles] = Field(default_factory=dict)
    fixed: tuple[Id, ...] | None = None
    recheck: tuple[Id, ...] | None = None


class MedicinesFile(Shape):
    reads: tuple[LinkId, ...] = Field(min_length=1)
    medicines: tuple[MedicineShape, ...] = Field(min_length=1)


class ApprovalsFile(Shape):
    approvals: tuple[ApprovalShape, ...]


class PolicyFile(Shape):
    policy: Id
    changes: tuple[ChangeShape, ...] = Field(min_length=1)


class PolicyExampleFile(Shape):
    policy_example: Id
    changes: tuple[ChangeShape, ...] = Field(min_length=1)


class PopulationFile(Shape):
    population: PeopleShape
    items: tuple[TraitShape, ...] = Field(min_length=1)
    do_not_know: NotKnownShape


File = (
    FindingsFile
    | SectionFile
    | ProcedureFile
    | SourcesFile
    | FactsFile
    | ExamplesFile
    | TranslationsFile
    | PolicyFile
    | PolicyExampleFile
    | PopulationFile
    | ApprovalsFile
    | MedicinesFile
    | SettingsFile
    | CoverageFile
    | CoverageOfFile
    | ContradictionsFile
)
KINDS: dict[str, type[File]] = {
    "procedure": ProcedureFile,
    "section": SectionFile,
    "findings": FindingsFile,
    "sources": SourcesFile,
    "facts": FactsFile,
    "examples_for": ExamplesFile,
    "language": TranslationsFile,
    "policy": PolicyFile,
    "policy_example": PolicyExampleFile,
    "population": PopulationFile,
    "approvals": ApprovalsFile,
    "medicines": MedicinesFile,
    "format": SettingsFile,
    "coverage": CoverageFile,
    "coverage_of": CoverageOfFile,
    "contradictions": ContradictionsFile,
}
