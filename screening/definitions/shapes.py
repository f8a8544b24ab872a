"""The shape of each definition file: which keys it has and what may stand there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic import StringConstraints as Matches

from screening.clinical.dates import Duration
from screening.clinical.eligibility import UNTIL_RESOLVED, Grade
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


def _wait(text: str) -> Duration | str:
    return text if text == UNTIL_RESOLVED else Duration.parse(text)


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
Wait = Annotated[str, AfterValidator(_wait)]
When = Annotated[Any, AfterValidator(_condition)]
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


class ExpectShape(Shape):
    outcome: Text
    until: date | None = None
    reasons: tuple[Id, ...] | None = None


class ExampleShape(Shape):
    example: Text
    on: date
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


class SourcesFile(Shape):
    sources: tuple[SourceShape, ...] = Field(min_length=1)


class TranslationsFile(Shape):
    language: Annotated[str, Matches(pattern=r"^[a-z]{2}$")]
    reviewed_by: Text | None = None
    texts: dict[Text, Text] = Field(min_length=1)


class ExamplesFile(Shape):
    examples_for: Id
    examples: tuple[ExampleShape, ...] = Field(min_length=1)


File = FindingsFile | SectionFile | ProcedureFile | SourcesFile | ExamplesFile | TranslationsFile
KINDS: dict[str, type[File]] = {
    "procedure": ProcedureFile,
    "section": SectionFile,
    "findings": FindingsFile,
    "sources": SourcesFile,
    "examples_for": ExamplesFile,
    "language": TranslationsFile,
}
WORDS = {
    field.alias or name
    for shape in Shape.__subclasses__()
    for name, field in shape.model_fields.items()
}


def explain(error: ValidationError) -> list[tuple[tuple[str | int, ...], str]]:
    """Return (where, what is wrong) for each mistake, in the words of the files.

    A key that is missing only because its neighbour is misspelled is left out.
    """
    found = error.errors(include_url=False)
    misspelled = {e["loc"][:-1] for e in found if e["type"] == "extra_forbidden"}
    return [
        (tuple(e["loc"]), _say(e))
        for e in found
        if not (e["type"] == "missing" and e["loc"][:-1] in misspelled)
    ]


def _say(error: Any) -> str:
    kind, key, given = error["type"], str(error["loc"][-1]), error.get("input")
    match kind:
        case "missing":
            return f"'{key}' is missing"
        case "extra_forbidden":
            return f"'{key}' is not a word used here{did_you_mean(key, WORDS)}"
        case "literal_error" | "enum":
            allowed = re.findall(r"'([^']+)'", error["ctx"]["expected"])
            near = did_you_mean(str(given), allowed)
            return f'{key} "{given}" is not one of {", ".join(allowed)}{near}'
        case "string_pattern_mismatch":
            return f'"{given}" cannot be an id here ({error["ctx"]["pattern"]})'
        case "tuple_type" | "list_type":
            return f"'{key}' must be a list: start each entry with '- '"
        case "value_error":
            return str(error["ctx"]["error"])
        case "bool_parsing":
            return f'{key} "{given}" must be true or false'
    return f"'{key}': {error['msg'][:1].lower()}{error['msg'][1:]}"
