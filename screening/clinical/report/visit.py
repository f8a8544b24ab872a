"""The verdict on the day of the visit, beside that of the day on which the answers were given.

It is made from the same answers, every wait and age counted against the visit's day, and
is true provided that what holds no more by then is confirmed: neither stands without the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import cast

from screening.clinical.definitions.definitions import Definitions, assemble_questionnaire
from screening.clinical.definitions.language import ENGLISH, in_language
from screening.clinical.definitions.questionnaire import journey
from screening.clinical.evaluation.ageing import to_confirm
from screening.clinical.evaluation.case import (
    Case,
    days_of,
    evaluate_case,
    evaluate_visit,
    read_case,
)
from screening.clinical.evaluation.stored import can_be_weighed
from screening.clinical.evaluation.verdicts import verdicts_of
from screening.clinical.report.detected_issues import detected_issues
from screening.clinical.report.parts import Report, ReportProcedure, ReportVisit
from screening.clinical.report.reasons import answers_behind, describe_reason, say_what_aged

CASE_KEYS = frozenset({"patient"})  # what a case file may say beside its case


def add_visits(
    definitions: Definitions,
    case: Case,
    procedures: Iterable[ReportProcedure],
    behind: Mapping[str, list[str]],
) -> None:
    """Put the verdict for the visit of `case` beside that of each procedure, where there is one."""
    if case.visit is None:
        return
    found = {one.procedure.id: one for one in evaluate_visit(definitions, case)}
    for procedure in procedures:
        one = found[procedure["id"]]
        confirm = to_confirm(definitions, one.procedure.id, case.answers, days_of(case), one.on)
        procedure["visit"] = ReportVisit(
            on=one.on.isoformat(),
            outcome=str(one.outcome),
            until=one.until.isoformat() if one.until else None,
            reasons=[describe_reason(definitions, one.procedure, r, behind) for r in one.reasons],
            to_confirm=confirm,
        )


def for_visit(definitions: Definitions, report: Report, visit: date | None) -> Report:
    """Return `report` with the verdict for another day of the visit, None where there is none.

    `definitions` are those of the report. What was said of the day of the answers stays word
    for word as it was.
    """
    case = _case_of(definitions, report, visit)
    procedures = [_without_visit(one) for one in report["procedures"]]
    add_visits(_as_told(definitions, report), case, procedures, _behind(definitions, case))
    told = {one["procedure"]: one for one in verdicts_of(definitions, case)["procedures"]}
    verdicts = [
        {key: value for key, value in one.items() if key != "visit"}
        | {key: told[one["procedure"]][key] for key in ("visit",) if case.visit}
        for one in report["verdicts"]["procedures"]
    ]
    raw = {key: value for key, value in report["case"].items() if key != "visit"}
    if case.visit:
        raw["visit"] = case.visit.isoformat()
    changed = Report(
        **{
            **report,
            "procedures": procedures,
            "case": raw,
            "verdicts": {**report["verdicts"], "procedures": verdicts},
        }
    )
    changed["issues"] = detected_issues(changed)
    return changed


def on_a_later_day(definitions: Definitions, report: Report, day: date) -> list[ReportProcedure]:
    """Return the procedures of `report` as its answers stand on the later `day`.

    An answer that holds no more by then is not believed.
    """
    case = _case_of(definitions, report, None)
    if day <= case.on:
        return report["procedures"]
    later = replace(case, on=day, visit=None, answered_on=days_of(case))
    behind, definitions = _behind(definitions, case), _as_told(definitions, report)
    found = {one.procedure.id: one for one in evaluate_case(definitions, later)}
    weighed = []
    for procedure in report["procedures"]:
        one = found[procedure["id"]]
        reasons = [describe_reason(definitions, one.procedure, r, behind) for r in one.reasons]
        say_what_aged(definitions, later, reasons)
        until = one.until.isoformat() if one.until else None
        changed = {"outcome": str(one.outcome), "until": until, "reasons": reasons}
        weighed.append(cast(ReportProcedure, {**_without_visit(procedure), **changed}))
    return weighed


def _without_visit(procedure: ReportProcedure) -> ReportProcedure:
    bare = procedure.copy()
    bare.pop("visit", None)
    return bare


def _as_told(definitions: Definitions, report: Report) -> Definitions:
    """Return `definitions` in the language of `report`."""
    return in_language(definitions, report["frame"].get("language") or ENGLISH)


def _behind(definitions: Definitions, case: Case) -> dict[str, list[str]]:
    questionnaire = assemble_questionnaire(definitions, case.procedures)
    return answers_behind(definitions, [s.item for s in journey(questionnaire, case.answers)])


def _case_of(definitions: Definitions, report: Report, visit: date | None) -> Case:
    raw = {key: value for key, value in report["case"].items() if key != "visit"}
    on = date.fromisoformat(report["on"])
    if visit and can_be_weighed(visit, on):
        raw["visit"] = visit.isoformat()
    return read_case(definitions, raw, CASE_KEYS)
