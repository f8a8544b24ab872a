"""Everything that the clinic's files define, in force together under one hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from screening.clinical.definitions.contradictions import Contradiction
from screening.clinical.definitions.coverage import Cell, Heavier, SameProduct
from screening.clinical.definitions.dates import PartialDate
from screening.clinical.definitions.eligibility import Outcome, PolicyChange, Procedure
from screening.clinical.definitions.findings import Finding, named_in, negated_in
from screening.clinical.definitions.folder import BEFORE_BINDINGS, Approval, Bindings, Words
from screening.clinical.definitions.medicines import MedicineNames
from screening.clinical.definitions.people import People
from screening.clinical.definitions.questionnaire import (
    Answers,
    Item,
    Questionnaire,
    Section,
    only_relevant,
    walk,
)

MOST_ASSEMBLED = 64  # questionnaires remembered, of a few hundred that there can be


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from."""

    id: str
    title: str
    kind: str
    publisher: str | None = None
    issued: str | None = None
    url: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement of the documents that the product grew from, in our own words.

    `not_used` says why no file makes use of it, as the end of "not used, because".
    """

    id: str
    procedure: str
    kind: str
    says: str
    not_used: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A patient described by a clinician, and the outcome that she expects."""

    name: str
    procedure: str
    on: date
    case: Mapping[str, object]
    outcome: Outcome
    until: date | None
    reasons: tuple[str, ...] | None
    where: str


@dataclass(frozen=True, slots=True)
class Single:
    """One finding, all others absent, and the outcome that a clinician expects of its rule."""

    finding: str
    dated: PartialDate | None
    procedure: str
    on: date
    outcome: Outcome
    until: date | None
    where: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The rules of a procedure that no clinic may relax, and those asked again on the day."""

    procedure: str
    fixed: frozenset[str]
    recheck: frozenset[str]
    where: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """What is asked, what answers establish, and what speaks against each procedure.

    `procedures` are the lists as written; clinical.policy adds what the clinic
    changed in them. `translations` gives for each language the English text and its
    translation, `reviewers` the clinician who read it, where one has.
    `format` is what the folder says that it is written in: from 2 on every question says
    how long its answers hold, from 3 on every answer has its consequence and no cell of
    `coverage`, procedure and finding, is blank, and from 4 on it names its `bindings`.
    `title` is what patients read over the first page, `words` gives for each language what stands
    in place of words of ours, `demo_patients` are names for a demo.
    `approvals` says by procedure who approved its list as it reads now; `policy_examples`
    are in force nowhere; `people` are the ordinary patients of the alarm budget.
    `hash` is "sha256:" and the hash of the files, so that a report can name them.
    `places` is file and line of what stands in them. `noted` remembers what is
    worked out from all of it, `assembled` questionnaires, since every page of a
    patient asks for the same.
    """

    hash: str
    findings: Mapping[str, Finding]
    sections: tuple[Section, ...]
    procedures: Mapping[str, Procedure]
    sources: Mapping[str, Source]
    examples: tuple[Example | Single, ...] = ()
    marks: tuple[Marks, ...] = ()
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    policies: tuple[PolicyChange, ...] = ()
    reviewers: Mapping[str, str] = field(default_factory=dict)
    medicines: MedicineNames = field(default_factory=MedicineNames)
    format: int = 1
    coverage: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    severity_order: tuple[Heavier, ...] = ()
    same_product: tuple[SameProduct, ...] = ()
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    policy_examples: Mapping[str, tuple[PolicyChange, ...]] = field(default_factory=dict)
    people: People | None = None
    title: str | None = None
    bindings: Bindings = BEFORE_BINDINGS
    words: Mapping[str, Words] = field(default_factory=dict)
    demo_patients: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    noted: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    assembled: dict[frozenset[str], Questionnaire] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def hears_all(self) -> bool:
        """Whether a follow-up counts that contradicts the answer above it.

        In folders of an earlier format it does not, so that their reports replay as they were.
        """
        return self.format >= 3

    def born_in(self, answers: Answers) -> Any:
        """Return the date of birth among `answers`, None where it was not answered."""
        return answers.get(self.bindings.birth_date)

    @property
    def items(self) -> tuple[Item, ...]:
        """Every question, follow-ups after the question that leads to them."""
        if "items" not in self.noted:
            found = (item for section in self.sections for item in walk(section.items))
            self.noted["items"] = tuple(found)
        items: tuple[Item, ...] = self.noted["items"]
        return items


def assemble_questionnaire(definitions: Definitions, procedures: Iterable[str]) -> Questionnaire:
    """Return the questions that the chosen procedures need, shared ones once."""
    chosen = frozenset(procedures)
    if found := definitions.assembled.get(chosen):
        return found
    used = findings_asked(definitions, chosen)
    trimmed = (Section(s.id, s.title, only_relevant(s.items, used)) for s in definitions.sections)
    asked = tuple(section for section in trimmed if section.items)
    questionnaire = Questionnaire(asked, definitions.bindings)
    if len(definitions.assembled) >= MOST_ASSEMBLED:
        definitions.assembled.clear()
    definitions.assembled[chosen] = questionnaire
    return questionnaire


def findings_asked(definitions: Definitions, procedures: Iterable[str]) -> set[str]:
    """Return what must be asked about: what the lists rest on, and what forbids aftercare."""
    chosen = list(procedures)
    advice = (one for p in chosen for one in definitions.procedures[p].aftercare.advice)
    forbidding = {name for one in advice for name in one.unless}
    return findings_used(definitions, chosen) | with_parts(definitions, forbidding)


def findings_used(definitions: Definitions, procedures: Iterable[str]) -> set[str]:
    """Return the findings that these lists rest on, and "age" where one is an age.

    What the clinic added counts before it is in force too, so that everyone who
    comes after that day has been asked.
    """
    chosen = set(procedures)
    lists = (definitions.procedures[name].contraindications for name in chosen)
    used = {rule.finding for rules in lists for rule in rules}
    added = {change.finding for change in definitions.policies if change.procedure in chosen}
    return with_parts(definitions, used | added)


def findings_for(definitions: Definitions) -> set[str]:
    """Return the findings that speak for a procedure: their presence takes another one away."""
    if "for" not in definitions.noted:
        whens = [f.when for f in definitions.findings.values() if f.when is not None]
        negated = (name for when in whens for name in negated_in(when))
        definitions.noted["for"] = with_parts(definitions, negated)
    found: set[str] = definitions.noted["for"]
    return found


def parts_of(definitions: Definitions) -> Mapping[str, Set[str]]:
    """Return each finding's own name and every finding that it is derived from."""
    if "parts" not in definitions.noted:
        definitions.noted["parts"] = {
            name: with_parts(definitions, [name]) for name in definitions.findings
        }
    found: Mapping[str, Set[str]] = definitions.noted["parts"]
    return found


def with_parts(definitions: Definitions, names: Iterable[str]) -> set[str]:
    """Return `names` and every finding that they are derived from."""
    used: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in used:
            continue
        used.add(name)
        finding = definitions.findings[name]
        if finding.when is not None:
            pending.extend(named_in(finding.when))
        if finding.age is not None:
            used.add("age")
    return used
