"""The shape of each definition file: which keys it has and what may stand there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    model_validator,
)
from pydantic import StringConstraints as Matches

from screening.clinical.aftercare import Act, Span
from screening.clinical.dates import Duration, PartialDate
from screening.clinical.eligibility import UNTIL_RESOLVED, Grade, Outcome
from screening.clinical.findings import AgeBand, All, Condition, Not
from screening.clinical.findings import Any as AnyOf
from screening.clinical.questionnaire import RESERVED, ItemType
from screening.definitions.problems import did_you_mean

AGES: dict[str, Callable[..., AgeBand]] = {
    r"below (\d+)": lambda n: AgeBand(None, n - 1),
    r"over (\d+)": lambda n: AgeBand(n + 1, None),
    r"(\d+) or over": lambda n: AgeBand(n, None),
    r"(\d+) to (\d+)": AgeBand,
}
LONGEST_TEXT = 2_000
DAY_0 = "0 days"


def _wait(text: str) -> Duration | str:
    return text if text == UNTIL_RESOLVED else Duration.parse(text)


def _start(text: str) -> Duration | None:
    return None if text == DAY_0 else Duration.parse(text)


def _length(given: object) -> Duration:
    return Duration.parse(str(given))


def _age(text: str) -> AgeBand:
    for pattern, band in AGES.items():
        if found := re.fullmatch(pattern, text):
            return band(*map(int, found.groups()))
    raise ValueError(
        f'"{text}" is not an age; write "below 18", "18 to 24", "over 60" or "65 or over"'
    )


def _condition(given: Any) -> Condition:
    match given:
        case str():
            return given
        case {"all": [_, _, *_] as parts, **rest} if not rest:
            return All(tuple(map(_condition, parts)))
        case {"any": [_, _, *_] as parts, **rest} if not rest:
            return AnyOf(tuple(map(_condition, parts)))
        case {"not": part, **rest} if not rest:
            return Not(_condition(part))
    raise ValueError(
        "'when' must be a finding, {all: [...]} or {any: [...]} of two or more, or {not: ...}"
    )


def _singles(given: object) -> tuple[ExpectedSingle, ...]:
    if isinstance(given, dict):
        return tuple((PartialDate.parse(day), *_expected(said)) for day, said in given.items())
    return ((None, *_expected(given)),)


def _expected(given: object) -> tuple[Outcome, date | None]:
    """Read "precaution" or "deferred until 2026-11-28"."""
    outcome, *until = str(given).split(" until ", 1)
    if outcome not in list(Outcome):
        near = did_you_mean(outcome, Outcome)
        raise ValueError(f'"{outcome}" is not one of {", ".join(Outcome)}{near}')
    return Outcome(outcome), PartialDate.parse(until[0]).first if until else None


def _ids(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def _not_reserved(name: str) -> str:
    if name in RESERVED:
        raise ValueError(f'"{name}" is an answer that the program itself offers; choose another id')
    return name


Id = Annotated[str, Matches(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
LinkId = Annotated[str, Matches(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
OptionId = Annotated[Id, AfterValidator(_not_reserved)]
SourceId = Annotated[str, Matches(pattern=r"^[A-Z0-9][A-Z0-9-]*$", max_length=20)]
FactId = Annotated[str, Matches(pattern=r"^S\d-\d{3}$")]
Text = Annotated[str, Matches(min_length=1, max_length=LONGEST_TEXT, strip_whitespace=True)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_ids)]
ExpectedSingle = tuple[PartialDate | None, Outcome, date | None]
Singles = Annotated[Any, AfterValidator(_singles)]
Wait = Annotated[str, AfterValidator(_wait)]
Length = Annotated[InstanceOf[Duration], BeforeValidator(_length)]
When = Annotated[Any, AfterValidator(_condition)]
After = Annotated[str, AfterValidator(Duration.parse)]
Start = Annotated[str, AfterValidator(_start)]
Lasts = Annotated[str, AfterValidator(Span.parse)]
Age = Annotated[str, AfterValidator(_age)]
Evidence = Literal[
    "label", "law", "regulator", "guideline", "guidance", "paper", "clinic", "inference"
]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
    required: bool = True
    longest: Annotated[int, Field(ge=1, le=2000)] = 500


class ContraindicationShape(Shape):
    finding: Id
    grade: Grade
    because: Text
    source: SourceId
    defer: Wait | None = None
    ahead: Annotated[str, AfterValidator(Duration.parse)] | None = None
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


File = (
    FindingsFile
    | SectionFile
    | ProcedureFile
    | SourcesFile
    | FactsFile
    | ExamplesFile
    | TranslationsFile
)
KINDS: dict[str, type[File]] = {
    "procedure": ProcedureFile,
    "section": SectionFile,
    "findings": FindingsFile,
    "sources": SourcesFile,
    "facts": FactsFile,
    "examples_for": ExamplesFile,
    "language": TranslationsFile,
}
