"""Everything that a report says, put together once, when the patient submits.

A Report is plain data, ready for JSON. Its texts are frozen as they stood on the
day, so that no later change of a question or a rule can change what was said.
Days are ISO dates, moments ISO date-times with their offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from screening.clinical.definitions.aftercare import (
    describe_aftercare,
    sources_in,
)
from screening.clinical.definitions.definitions import (
    Definitions,
    assemble_questionnaire,
)
from screening.clinical.definitions.eligibility import Eligibility, Outcome, Procedure
from screening.clinical.definitions.findings import Findings
from screening.clinical.definitions.folder import described
from screening.clinical.definitions.language import ENGLISH, in_language
from screening.clinical.definitions.medicines import Entry, claims_of
from screening.clinical.definitions.policy import describe_changes
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    STILL,
    TELL_DOCTOR,
    WITHHELD,
    YES,
    Answer,
    Item,
    ItemType,
    Step,
    is_answered,
    journey,
)
from screening.clinical.evaluation.case import (
    Case,
    days_of,
    evaluate_case,
    findings_of,
)
from screening.clinical.evaluation.contradictions import MISLED
from screening.clinical.evaluation.verdicts import verdicts_of
from screening.clinical.fhir.response import response_resource
from screening.clinical.medicines.record import record_as_json
from screening.clinical.report.detected_issues import detected_issues
from screening.clinical.report.noted import STATES
from screening.clinical.report.parts import (
    Report,
    ReportAnswer,
    ReportMedicine,
    ReportProcedure,
    ReportSection,
    Translated,
)
from screening.clinical.report.reasons import (
    answers_behind,
    cannot_all_be_true,
    describe_reason,
    read_first,
    say_what_aged,
)
from screening.clinical.report.visit import add_visits

WORDS = {
    YES: "Yes",
    NO: "No",
    NONE_OF_THESE: "None of these",
    NOT_KNOWN: "I do not know",
    TELL_DOCTOR: "I will tell only the doctor",
    MISLED: MISLED,
    **{said: said for said in STATES.values()},
}
NOT_ANSWERED = "Not answered"
SELF, RELATIVE, INTERPRETER = ANSWERERS = ("self", "relative", "interpreter")


def compile_report(
    definitions: Definitions,
    case: Case,
    raw_case: Mapping[str, Any],
    frame: Mapping[str, Any],
    words: Mapping[str, str] = WORDS,
) -> Report:
    """Return the report of `case`, gravest procedure first, in the language of `frame`.

    `definitions` are as written, `words` has "yes", "no" and the like in that language; the
    verdicts, which are replayed, stay in that of the definitions. `raw_case` is the
    case as read, kept so that the verdicts can be replayed from the report alone.
    """
    verdicts, language = _verdicts(definitions, case), frame.get("language") or ENGLISH
    definitions, reviewers = in_language(definitions, language), definitions.reviewers
    found = sorted(evaluate_case(definitions, case), key=lambda one: -one.outcome.gravity)
    questionnaire = assemble_questionnaire(definitions, case.procedures)
    steps = journey(questionnaire, case.answers)
    behind = answers_behind(definitions, [step.item for step in steps])
    findings = findings_of(definitions, case, case.on)
    days = days_of(case)
    procedures = [_procedure(definitions, one, behind, findings) for one in found]
    say_what_aged(definitions, case, [r for p in procedures for r in p["reasons"]])
    add_visits(definitions, case, procedures, behind)
    decisive = {a for p in procedures for r in p["reasons"] for a in r["answers"]}
    report = Report(
        frame=dict(frame),
        definitions=definitions.hash,
        on=case.on.isoformat(),
        procedures=procedures,
        sections=_sections(steps, case, decisive, words),
        sources=_sources(definitions, procedures),
        case={**raw_case, **_frozen(case)},
        verdicts=verdicts,
        response=response_resource(
            definitions.hash,
            case.procedures,
            steps,
            {key: (answer, days[key]) for key, answer in case.answers.items()},
            words,
            frame,
        ),
    )
    if language != ENGLISH:
        report["reviewed_by"] = reviewers.get(language)
    if case.medicines.entries:
        report["medicines"] = [_medicine(definitions, entry) for entry in case.medicines.entries]
    _add_what_nobody_judged(report, definitions, case, words)
    report["issues"] = detected_issues(report)
    if definitions.words:
        report["words"] = {code: dict(own) for code, own in definitions.words.items()}
    return report


def _add_what_nobody_judged(
    report: Report, definitions: Definitions, case: Case, words: Mapping[str, str]
) -> None:
    """Put into `report` what a person must read, and what cannot all be true, if anything."""

    def shown(item: Item, answer: Answer) -> str:
        return answer_text(item, answer, words)

    if read := read_first(definitions, case, shown):
        report["to_read"] = read
    if clashing := cannot_all_be_true(definitions, case, shown, words):
        report["contradictions"] = clashing


def _medicine(definitions: Definitions, entry: Entry) -> ReportMedicine:
    known = definitions.medicines
    said = dict.fromkeys(claim.finding for claim in claims_of(known, [entry]))
    return ReportMedicine(
        text=entry.text,
        status=str(entry.status),
        local=entry.local,
        substances=list(entry.substances),
        kinds=[kind.name for kind in known.classes_of(entry)],
        says=[definitions.findings[name].name for name in said],
        left_over=list(entry.left_over),
        maybe=[guess.name for guess in entry.guesses],
    )


def _frozen(case: Case) -> dict[str, Any]:
    """Return what was read in the list of medicines, so that it is never read otherwise."""
    return {"medicines": record_as_json(case.medicines)} if case.medicines.entries else {}


def _verdicts(definitions: Definitions, case: Case) -> dict[str, Any]:
    """Return what the rules say, in the order of the procedures."""
    told = verdicts_of(definitions, case)
    told["procedures"].sort(key=lambda one: -Outcome(one["outcome"]).gravity)
    return told


def translated(
    definitions: Definitions, case: Case, language: str, words: Mapping[str, str]
) -> Translated:
    """Return what a patient who reads `language` was asked, said and is told."""
    read = compile_report(definitions, case, {}, {"language": language}, words)
    told = Translated(
        language=language,
        reviewed_by=definitions.reviewers.get(language),
        procedures=read["procedures"],
        sections=read["sections"],
    )
    if "to_read" in read:
        told["to_read"] = read["to_read"]
    if "contradictions" in read:
        told["contradictions"] = read["contradictions"]
    return told


def _procedure(
    definitions: Definitions,
    one: Eligibility,
    behind: Mapping[str, list[str]],
    findings: Findings,
) -> ReportProcedure:
    procedure: Procedure = one.procedure
    told = ReportProcedure(
        id=procedure.id,
        name=procedure.name,
        summary=procedure.summary,
        outcome=str(one.outcome),
        until=one.until.isoformat() if one.until else None,
        reasons=[describe_reason(definitions, procedure, reason, behind) for reason in one.reasons],
        preparation=[{"text": p.text, "source": p.source} for p in procedure.preparation],
        aftercare=describe_aftercare(procedure.aftercare, findings, definitions.findings),
        changes=describe_changes(procedure, definitions.findings),
        approved=described(definitions.approvals.get(procedure.id)),
    )
    if one.to_read:
        told["to_read"] = list(one.to_read)
    return told


def _sections(
    steps: Iterable[Step], case: Case, decisive: set[str], words: Mapping[str, str]
) -> list[ReportSection]:
    sections: dict[str, ReportSection] = {}
    for step in steps:
        section = sections.setdefault(
            step.section.id, ReportSection(title=step.section.title, answers=[])
        )
        answer = _answer(step.item, case.answers, decisive, words)
        if given := case.answered_on.get(step.item.link_id):
            answer["answered_on"] = given.isoformat()
        section["answers"].append(answer)
    return list(sections.values())


def _answer(
    item: Item, answers: Mapping[str, Answer], decisive: set[str], words: Mapping[str, str]
) -> ReportAnswer:
    answer = answers.get(item.link_id, "")
    codes = answer if isinstance(answer, list) else [answer]
    unknown = not is_answered(item, answers) or bool(WITHHELD & set(codes))
    is_no = codes in ([NO], [NONE_OF_THESE]) or _says_nothing(item, codes)
    told = ReportAnswer(
        link_id=item.link_id,
        question=item.text,
        answer=answer,
        text=answer_text(item, answer, words),
        matters=item.link_id in decisive and not is_no,
        unknown=unknown,
        plain=is_no,
        find_out=item.find_out if unknown else None,
        private=item.private,
    )
    if codes == [NONE_OF_THESE]:
        told["listed"] = [option.text for option in item.options]
    return told


def _says_nothing(item: Item, codes: list[str]) -> bool:
    """Return whether the one choice made is the only kind that establishes nothing."""
    chosen = [option for option in item.options if option.id in codes]
    one_of = item.type is ItemType.ONE_OF and bool(item.establishes)
    return one_of and len(chosen) == 1 and not chosen[0].means


def answer_text(item: Item, answer: Answer, words: Mapping[str, str] = WORDS) -> str:
    """Return `answer` as a person reads it; dates and free text come back as they are."""
    chosen = {option.id: option.text for option in item.options} | {STILL: item.still}
    if item.type is ItemType.TEXT:
        return str(answer) or words.get("", NOT_ANSWERED)
    codes = answer if isinstance(answer, list) else [answer]
    said = "; ".join(chosen.get(c) or words.get(c, c) for c in codes if c)
    return said or words.get("", NOT_ANSWERED)


def _sources(
    definitions: Definitions, procedures: list[ReportProcedure]
) -> list[dict[str, str | None]]:
    cited = {s for p in procedures for r in p["reasons"] for s in r["sources"]}
    cited |= {step["source"] for p in procedures for step in p["preparation"]}
    cited |= {source for p in procedures for source in sources_in(p["aftercare"])}
    return [
        {
            "id": s.id,
            "title": s.title,
            "publisher": s.publisher,
            "issued": s.issued,
            "kind": s.kind,
            "url": s.url,
        }
        for s in (definitions.sources[name] for name in sorted(cited))
    ]
