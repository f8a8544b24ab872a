"""A case described as data: what `screening evaluate` and `screening report` read and write.

Ids that no definition knows, dates that no calendar has and values of the wrong
type are refused together, each with what and where; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Eligibility, determine_eligibility
from screening.clinical.definitions.findings import UNKNOWN, Findings, Pair
from screening.clinical.definitions.medicines import NO_MEDICINES, MedicineRecord
from screening.clinical.definitions.policy import in_force
from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.evaluation.ageing import Outlived, age, outlived_on
from screening.clinical.evaluation.answers import establish_findings
from screening.clinical.evaluation.case_fields import (
    answers_in,
    days_answered,
    findings_in,
    one_day,
    procedures_in,
    read_field,
    state_of,
    ungated,
    visit_day,
)
from screening.clinical.evaluation.contradictions import Clash, clashes
from screening.clinical.evaluation.reading import ToRead, to_read
from screening.clinical.medicines.record import MEDICINES, medicines_in, read_whole

KEYS = {"procedures", "on", "visit", "answers", "answered_on", "findings", "otherwise", MEDICINES}


class CaseError(Exception):
    """The case cannot be used. `problems` says what is wrong and where, a line each."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Case:
    """A patient's answers and findings, the procedures asked about, and the days.

    `on` is the day that the verdict is for, `visit` the appointment's, where one is known.
    `answered_on` is question and day; what it does not name was answered on `on`.
    """

    procedures: tuple[str, ...]
    on: date
    answers: Mapping[str, Answer]
    given: Findings
    otherwise: Pair = UNKNOWN
    visit: date | None = None
    answered_on: Mapping[str, date] = field(default_factory=dict)
    medicines: MedicineRecord = NO_MEDICINES
    noted: dict[date, tuple[Definitions, Findings]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )


def read_case(
    definitions: Definitions,
    raw: object,
    extra: frozenset[str] = frozenset(),
    strict: bool = True,
) -> Case:
    """Return `raw` as a case; keys in `extra` are the caller's own. Raises CaseError.

    A `strict` reading refuses a follow-up below a question that is not answered: it
    would say nothing. A report made before that rule is read as it was.
    """
    if not isinstance(raw, dict):
        raise CaseError(["the input must be a JSON object"])
    problems = [f"{key}: is not known here" for key in raw if key not in KEYS | extra]
    on = read_field("on", problems, one_day, raw.get("on"))
    named = raw.get("procedures")
    procedures = read_field("procedures", problems, procedures_in, definitions, named)
    otherwise = read_field("otherwise", problems, state_of, raw.get("otherwise", "unknown"))
    answers = answers_in(definitions, raw.get("answers", {}), on or date.max, problems)
    problems += ungated(definitions, answers) if strict else ()
    given = findings_in(definitions, raw.get("findings", {}), problems)
    answered_on = days_answered(definitions, raw.get("answered_on", {}), answers, on, problems)
    visit = visit_day(raw.get("visit"), on, problems)
    kept = raw.get(MEDICINES)
    medicines = read_field(MEDICINES, problems, medicines_in, definitions, kept, answers)
    if problems or on is None or procedures is None or otherwise is None:
        raise CaseError(problems)
    return Case(procedures, on, answers, given, otherwise, visit, answered_on, medicines)


def evaluate_case(definitions: Definitions, case: Case) -> list[Eligibility]:
    """Return what is advised for each procedure of `case` on its day."""
    return _evaluate(definitions, case, case.on)


def evaluate_visit(definitions: Definitions, case: Case) -> list[Eligibility]:
    """Return what is advised for each procedure on the day of the visit, from the same answers.

    Windows and ages are counted against that day; what an answer may have become until
    then is not, and is named by `to_confirm`.
    """
    assert case.visit is not None
    return _evaluate(definitions, case, case.visit)


def findings_of(definitions: Definitions, case: Case, day: date) -> Findings:
    """Return what the answers of `case` establish, with ages and bookings as of `day`."""
    if day in case.noted and case.noted[day][0] is definitions:
        return case.noted[day][1]
    outlived = outlived_answers(definitions, case)
    found = establish_findings(
        definitions,
        *(case.answers, case.on, case.given, case.otherwise, day),
        lambda states: age(definitions, states, outlived),
        case.medicines,
        case.answered_on,
    )
    case.noted[day] = definitions, found
    return found


def _evaluate(definitions: Definitions, case: Case, day: date) -> list[Eligibility]:
    findings = findings_of(definitions, case, day)
    lists = in_force(definitions, day).procedures
    found = []
    for name in case.procedures:
        read = tuple(one.link_id for one in _unread(definitions, name, case))
        found.append(determine_eligibility(lists[name], findings, day).with_reading(read))
    return found


def read_by_doctor(definitions: Definitions, case: Case) -> list[ToRead]:
    """Return every answer of `case` that a person must read, each once."""
    read = (one for name in case.procedures for one in _unread(definitions, name, case))
    return list(dict.fromkeys(read))


def _unread(definitions: Definitions, procedure: str, case: Case) -> list[ToRead]:
    whole = read_whole(definitions, case.medicines)
    return to_read(definitions, procedure, case.answers, whole)


def contradictions_in(definitions: Definitions, case: Case) -> list[Clash]:
    """Return the answers of `case` that cannot all be true."""
    if not definitions.contradictions and not definitions.hears_all:
        return []
    states = findings_of(definitions, case, case.on).states
    return list(clashes(definitions, case.answers, states))


def outlived_answers(definitions: Definitions, case: Case) -> dict[str, list[Outlived]]:
    """Return, by finding, the answers that the day of `case` does not believe any more."""
    if not case.answered_on:
        return {}
    return outlived_on(definitions, case.answers, case.answered_on, case.on)


def days_of(case: Case) -> dict[str, date]:
    """Return on which day each question was answered."""
    return dict.fromkeys(case.answers, case.on) | dict(case.answered_on)
