"""The shape of each definition file: which keys it has and what may stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from screening.clinical.definitions.aftercare import Act
from screening.clinical.definitions.dates import outlasts
from screening.clinical.definitions.eligibility import Grade, Outcome
from screening.clinical.definitions.questionnaire import ItemType
from screening.definitions.values import (
    After,
    Age,
    BecauseText,
    Day,
    Evidence,
    FactId,
    Id,
    Ids,
    Lasts,
    Length,
    LinkId,
    Lives,
    OneSide,
    OptionId,
    SourceId,
    Start,
    Text,
    Wait,
    When,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


Percent = Annotated[float, Field(ge=0, le=100)]
DaysAgo = Mapping[str, tuple[int, int]]
PopulationAnswers = Mapping[LinkId, str | tuple[str, ...] | DaysAgo]


class Shape(BaseModel):
    # Built when the first file of its kind is read: building all costs a tenth of a second.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def same_fields(shape: Shape, of: type[DataclassInstance]) -> dict[str, Any]:
    """Return what `shape` and the rules' own dataclass `of` call by the same name."""
    return {name: getattr(shape, name) for name in _shared(type(shape), of)}


@cache
def _shared(shape: type[Shape], of: type[DataclassInstance]) -> list[str]:
    return [f.name for f in fields(of) if f.name in shape.model_fields]


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
    doctor_reads: bool = False
    no_consequence: BecauseText | None = None
    row: Text | None = None


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
    afresh: bool = False  # of format 1, where it said what `holds` says now
    required: bool = True
    longest: Annotated[int, Field(ge=1, le=2000)] = 500
    still: Text | None = None
    doctor_reads: bool = False
    no_consequence: BecauseText | None = None
    together: Id | None = None
    row: Text | None = None


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
    if_unknown: Text | None = None


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


class HeavierShape(Shape):
    heavier: Id
    lighter: Id
    because: Text


class SameProductShape(Shape):
    product: Id
    name: Text = Field(alias="is")
    procedures: tuple[Id, ...] = Field(min_length=2)
    findings: tuple[Id, ...] = ()
    differ: dict[Id, Text] = {}


class ContradictionShape(Shape):
    one: OneSide
    other: OneSide
    because: Text
    unknown: Ids = ()
    ask: Text | None = None


class MoreShape(Shape):
    percent: Percent
    answers: PopulationAnswers
    note: Text | None = None


class TraitShape(Shape):
    id: Id
    women: Percent
    men: Percent
    range: tuple[Percent, Percent]
    answers: PopulationAnswers
    source: Text
    evidence: Literal["read", "known", "assumed"]
    of_these: tuple[MoreShape, ...] = ()
    correlated: Ids = ()
    note: Text | None = None


class PeopleShape(Shape):
    women: Annotated[int, Field(ge=1, le=10_000)]
    men: Annotated[int, Field(ge=1, le=10_000)]
    age_women: tuple[int, int]
    age_men: tuple[int, int]
    on: date
    seed: int
    all_answer: PopulationAnswers = {}
    women_answer: PopulationAnswers = {}
    men_answer: PopulationAnswers = {}


class NotKnownShape(Shape):
    evidence: Literal["read", "known", "assumed"]
    note: Text
    rates: dict[LinkId, Percent]


class ApprovalShape(Shape):
    procedure: Id
    by: Text
    on: date
    reads: Text
