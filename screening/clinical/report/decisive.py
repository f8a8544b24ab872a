"""Which answers alone decide an outcome, and from which day nothing dated speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from screening.clinical.definitions.definitions import Definitions, assemble_questionnaire
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    Answer,
    Item,
    ItemType,
    answers_on_path,
)
from screening.clinical.evaluation.case import Case, evaluate_case
from screening.clinical.report.parts import Decisive, ReportProcedure


def decisive_answers(definitions: Definitions, case: Case) -> dict[str, list[Decisive]]:
    """Return for each procedure the answers without which its outcome would be milder.

    Each answer in turn is held to be what someone with nothing to report says, all
    others staying as they are. A date has no such answer and is left alone.
    """
    before = {one.procedure.id: one.outcome for one in evaluate_case(definitions, case)}
    found: dict[str, list[Decisive]] = {name: [] for name in before}
    questionnaire = assemble_questionnaire(definitions, case.procedures)
    for item, quiet in _quieter(definitions, case):
        answers = answers_on_path(questionnaire, {**case.answers, item.link_id: quiet})
        without = replace(case, answers=answers)
        for one in evaluate_case(definitions, without):
            name = one.procedure.id
            if one.outcome.gravity < before[name].gravity:
                until = one.until.isoformat() if one.until else None
                found[name].append(
                    Decisive(link_id=item.link_id, outcome=str(one.outcome), until=until)
                )
    return found


def _quieter(definitions: Definitions, case: Case) -> Iterator[tuple[Item, Answer]]:
    """Yield each answered question that establishes something, and its quiet answer."""
    for item in assemble_questionnaire(definitions, case.procedures):
        given, quiet = case.answers.get(item.link_id), _quiet_answer(item)
        if item.establishes and given and quiet and given != quiet:
            yield item, quiet


def _quiet_answer(item: Item) -> Answer | None:
    match item.type:
        case ItemType.YES_NO:
            return NO
        case ItemType.SOME_OF:
            return [NONE_OF_THESE]
        case ItemType.ONE_OF:
            return next((option.id for option in item.options if not option.means), None)
    return None


def clear_day(procedure: ReportProcedure) -> tuple[str | None, list[str]]:
    """Return the first day on which every contraindication found has ended, as ISO date.

    None where there is none, or where one has no end that is known: those are
    returned by name.
    """
    against = [r for r in procedure["reasons"] if r["grade"] == "contraindication"]
    endless = [r["name"] for r in against if r["until"] is None]
    days = [r["until"] for r in against if r["until"]]
    return (max(days) if days and not endless else None), endless
