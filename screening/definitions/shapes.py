"""The shape of each definition file: which keys it has and what may stand there."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic import StringConstraints as Matches

from screening.clinical.definitions.aftercare import Act
from screening.clinical.definitions.dates import outlasts
from screening.clinical.definitions.eligibility import Grade, Outcome
from screening.clinical.definitions.questionnaire import ItemType
from screening.definitions.values import (
    After,
    Age,
    Day,
    Evidence,
    FactId,
    Id,
    Ids,
    Lasts,
    Length,
    LinkId,
    Lives,
    OptionId,
    Singles,
    SourceId,
    Start,
    Text,
    Wait,
    When,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Shape(BaseModel):
    # Built when the first file of its kind is read: building all costs a tenth of a second.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def same_fields(shape: Shape, of: type[DataclassInstance]) -> dict[str, Any]:
    """Return what `shape` and the rules' own dataclass `of` call by the same name."""
    names = type(shape).model_fields
    return {f.name: getattr(shape, f.name) for f in fields(of) if f.name in names}


class FindingShape(Shape):
    id: Id
    name: Text = Field(alias="is")
    date: Text | None = None
    booked: bool = False
    when: When | None = None
    age: Age | None = None
    protective: bool = False
    record: bool = False


class OptionShape(Shape):
    id: OptionId
    text: Text
    means: Ids = ()
    then: tuple[QuestionShape, ...] = ()


class QuestionShape(Shape):
    id: LinkId
    ask: Text
    answer: ItemType
    help: Text | None = None
    find_out: Text | None = None
    means: Ids = ()
    dates: Id | None = None
    within: Length | None = None
    options: tuple[OptionShape, ...] = ()
    if_yes: tuple[QuestionShape, ...] = ()
    if_not_no: tuple[QuestionShape, ...] = ()
    unknown: bool = True
    private: bool = False
    always: bool = False
    booked: bool = False
    holds: Lives | None = None
    afresh: bool = False
    required: bool = True
    longest: Annotated[int, Field(ge=1, le=2000)] = 500


class ContraindicationShape(Shape):
    finding: Id
    grade: Grade
    because: Text
    source: SourceId
    defer: Wait | None = None
    ahead: After | None = None
    also: tuple[SourceId, ...] = ()
    facts: tuple[FactId, ...] = ()
    evidence: Evidence | None = None
    fixed: bool = False
    recheck: bool = False
    note: Text | None = None


class PreparationShape(Shape):
    do: Text
    source: SourceId
    facts: tuple[FactId, ...] = ()


class StatementShape(Shape):
    source: SourceId
    also: tuple[SourceId, ...] = ()
    facts: tuple[FactId, ...] = ()
    evidence: Evidence | None = None
    note: Text | None = None


class AdviceShape(StatementShape):
    do: Text | None = None
    avoid: Text | None = None
    starts: Start | None = Field(None, alias="from")
    lasts: Lasts | None = Field(None, alias="for")
    unless: Ids = ()

    @model_validator(mode="after")
    def _one_of_two(self) -> AdviceShape:
        if (self.do is None) == (self.avoid is None):
            raise ValueError("write either 'do' or 'avoid', one of them")
        return self


class SignShape(StatementShape):
    sign: Text
    act: Act
    starts: Length | None = Field(None, alias="from")
    ends: Length | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> SignShape:
        if self.starts and self.ends and not outlasts(self.ends, self.starts):
            raise ValueError("'to' must be a later day than 'from'")
        return self


class NormalShape(StatementShape):
    what: Text
    lasts: Lasts | None = Field(None, alias="for")


class VisitShape(StatementShape):
    visit: Text
    after: After
    obligatory: bool = False


class CourseShape(StatementShape):
    what: Text


class FactShape(Shape):
    id: FactId
    procedure: Id
    kind: Text
    says: Text
    not_used: Text | None = None


class ExpectShape(Shape):
    outcome: Outcome
    until: date | None = None
    reasons: tuple[Id, ...] | None = None


class ExampleShape(Shape):
    example: Text
    on: date | None = None
    answers: dict[str, str | list[str]] = {}
    findings: dict[str, Any] = {}
    otherwise: Literal["absent", "unknown", "present"] = "unknown"
    expect: ExpectShape


class SourceShape(Shape):
    id: SourceId
    title: Text
    kind: Literal["label", "law", "regulator", "guideline", "guidance", "paper", "clinic", "seed"]
    publisher: Text | None = None
    issued: Text | None = None
    url: Text | None = None
    note: Text | None = None


class ChangeShape(Shape):
    procedure: Id
    finding: Id
    grade: Grade
    defer: Wait | None = None
    ahead: After | None = None
    because: Text | None = None
    source: SourceId | None = None
    reason: Text
    by: Text
    since: Day


class FindingsFile(Shape):
    findings: tuple[FindingShape, ...] = Field(min_length=1)


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
    language: Annotated[str, Matches(pattern=r"^[a-z]{2}$")]
    reviewed_by: Text | None = None
    texts: dict[Text, Text] = Field(min_length=1)


class ExamplesFile(Shape):
    examples_for: Id
    on: date
    examples: tuple[ExampleShape, ...] = Field(min_length=1)
    single: dict[Id, Singles] = {}
    fixed: tuple[Id, ...] | None = None
    recheck: tuple[Id, ...] | None = None


class MedicineShape(Shape):
    id: Id = Field(alias="class")
    question: LinkId
    answer: Text
    names: tuple[Text, ...] = Field(min_length=1)


class MedicinesFile(Shape):
    reads: tuple[LinkId, ...] = Field(min_length=1)
    medicines: tuple[MedicineShape, ...] = Field(min_length=1)


class PolicyFile(Shape):
    policy: Id
    changes: tuple[ChangeShape, ...] = Field(min_length=1)


File = (
    FindingsFile
    | SectionFile
    | ProcedureFile
    | SourcesFile
    | FactsFile
    | ExamplesFile
    | TranslationsFile
    | PolicyFile
    | MedicinesFile
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
    "medicines": MedicinesFile,
}
