"""What a report holds, as plain data ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from screening.clinical.definitions.aftercare import ReportAftercare
from screening.clinical.definitions.folder import ReportApproval
from screening.clinical.definitions.policy import ReportChange
from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.fhir.codes import Resource


class Aged(TypedDict):
    """A question whose answer of the day `answered_on` held no more: for "the day", "12 months"."""

    link_id: str
    answered_on: str
    holds: str


class ReportReason(TypedDict):
    """One contraindication that holds or may hold, with all that explains it.

    `state` is "present" or "unknown", `wait` the rule's defer in words, `dated`
    the patient's date ("2026-05-03" or "2026-05-01/2026-05-31"), `answers` the
    link ids of the questions behind it. `by_policy` marks a rule that the clinic made
    or changed. `outlived` are the answers behind it that held no more. What is `still` going
    on has no end yet: the wait begins after it, `counted_from` "last dose" or the like.
    """

    finding: str
    name: str
    state: str
    grade: str
    outcome: str
    wait: str | None
    dated: str | None
    until: str | None
    because: str
    source: str
    sources: list[str]
    evidence: str | None
    note: str | None
    fixed: bool
    recheck: bool
    listed_by: str
    answers: list[str]
    by_policy: NotRequired[bool]  # absent from the first reports
    outlived: NotRequired[list[Aged]]
    still: NotRequired[bool]
    counted_from: NotRequired[str | None]


class ReportVisit(TypedDict):
    """What the same answers give on the visit's day, provided that `to_confirm` still holds."""

    on: str
    outcome: str
    until: str | None
    reasons: list[ReportReason]
    to_confirm: list[str]


class ReportProcedure(TypedDict):
    """One procedure's verdict; `outcome` is an eligibility.Outcome.

    `to_read` are the questions of its list whose answers a person must read first.
    """

    id: str
    name: str
    summary: str
    outcome: str
    until: str | None
    reasons: list[ReportReason]
    preparation: list[dict[str, str]]
    aftercare: NotRequired[ReportAftercare]  # the first reports had none
    changes: NotRequired[list[ReportChange]]  # nor these
    approved: NotRequired[ReportApproval | None]  # nor did they know of approvals
    visit: NotRequired[ReportVisit]  # where an appointment is known
    to_read: NotRequired[list[str]]  # where there is something


class ReportAnswer(TypedDict):
    """A question as it was asked, and its answer as code and as text.

    `matters` marks an answer that a reason rests on, `unknown` one that the
    patient could not or would not give, `plain` a "no" that nobody needs to read.
    `answered_on` is the day on which it was given, where that was before the report's.
    What is `private` stands on no list that the patient shows to others. `listed` is what
    "none of these" was said of.
    """

    link_id: str
    question: str
    answer: Answer
    text: str
    matters: bool
    unknown: bool
    plain: bool
    find_out: str | None
    answered_on: NotRequired[str]
    private: NotRequired[bool]  # the first reports did not say
    listed: NotRequired[list[str]]  # nor this


class ReportRead(TypedDict):
    """An answer that no program can judge, as it was given.

    `not_recognised` are the parts of a list of medicines that no dictionary knows. What is `noted`
    is told by the clinic's own system and not by the patient: no copy of a patient's has it.
    """

    link_id: str
    question: str
    text: str
    not_recognised: NotRequired[list[str]]
    noted: NotRequired[bool]


class ReportClash(TypedDict):
    """Answers that cannot all be true, why not, and what they leave open, by name."""

    because: str
    answers: list[ReportRead]
    leaves_open: list[str]


class ReportMedicine(TypedDict):
    """One entry of the list of medicines: as written, and what it was read as.

    `status` is a medicines.Status, `kinds` what the classes of its substances are called,
    `says` the names of the findings that it establishes or makes possible, `left_over` the
    words beside the name that nobody knows, `maybe` the names that may have been meant.
    """

    text: str
    status: str
    local: bool
    substances: list[str]
    kinds: list[str]
    says: list[str]
    left_over: list[str]
    maybe: list[str]


class ReportSection(TypedDict):
    title: str
    answers: list[ReportAnswer]


class Decisive(TypedDict):
    """An answer, and the outcome and its day if it had been "no" or "none"."""

    link_id: str
    outcome: str
    until: str | None


class Translated(TypedDict):
    """The same report as its patient reads it; `reviewed_by` is None for a draft translation."""

    language: str
    reviewed_by: str | None
    procedures: list[ReportProcedure]
    sections: list[ReportSection]
    to_read: NotRequired[list[ReportRead]]
    contradictions: NotRequired[list[ReportClash]]


class AnsweredBy(TypedDict):
    """Whose hand it was: "self", "relative" (or guardian), or "interpreter" with the `name`."""

    who: str
    name: str


class Report(TypedDict):
    """`frame` is who, where and when: see workflow.submit; an AnsweredBy is its declaration's `by`.
     `verdicts` is verdicts.verdicts_of.

    `response` is the FHIR QuestionnaireResponse, `issues` are the DetectedIssues,
    `translated` what the patient read where that was in another language, `reviewed_by` who
    read the translation that the report itself is in, `decisive` for each procedure the answers
    that alone decide it.
    """

    frame: dict[str, Any]
    definitions: str
    on: str
    procedures: list[ReportProcedure]
    sections: list[ReportSection]
    sources: list[dict[str, str | None]]
    case: dict[str, Any]
    verdicts: dict[str, Any]
    response: NotRequired[Resource]  # the first reports had none
    issues: NotRequired[list[Resource]]  # nor these
    translated: NotRequired[Translated]
    reviewed_by: NotRequired[str | None]  # only where the report is in no English
    decisive: NotRequired[dict[str, list[Decisive]]]
    words: NotRequired[dict[str, dict[str, str]]]  # by language, where the folder has its own
    beside: NotRequired[dict[str, Any]]  # only while it is printed: see workflow.reports.beside
    medicines: NotRequired[list[ReportMedicine]]  # only where the patient named some
    to_read: NotRequired[list[ReportRead]]  # only where there is something
    contradictions: NotRequired[list[ReportClash]]


def patient_name(frame: Mapping[str, Any]) -> str:
    """Return the name that the clinic knows, else the one typed under the declaration."""
    name: str = frame["patient"]["name"] or frame["declaration"]["name"]
    return name
