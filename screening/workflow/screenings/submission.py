"""What was sent, as it is kept: compiled once, sealed, and never worked out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.evaluation.case import read_case
from screening.clinical.report.decisive import decisive_answers
from screening.clinical.report.noted import to_read
from screening.clinical.report.parts import Report
from screening.clinical.report.report import compile_report, translated
from screening.clinical.report.verdict_snapshot import basis_of
from screening.storage.tables import DefinitionsArchive, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.language import answer_words
from screening.workflow.core.sealed import seal_into
from screening.workflow.core.standing import visit_day
from screening.workflow.screenings.draft import Draft, frame_of
from screening.workflow.screenings.history import person_hash
from screening.workflow.screenings.unfinished import forget_all


def keep_report(
    context: Context,
    session: Session,
    screening: Screening,
    draft: Draft,
    declaration: Mapping[str, Any],
    head: str,
    read_in: tuple[str, Mapping[str, str]],
) -> Report:
    """Compile what was answered, seal it into the screening, and return it.

    `head` is the audit log's, `read_in` the patient's language and its "yes" and "no".
    """
    now = context.now()
    raw = draft.raw_case(context.definitions, visit_day(session, screening))
    declared = {**declaration, "at": now.isoformat()}
    frame = frame_of(context.definitions, draft, now, declared, head)
    case = read_case(context.definitions, raw)
    own = draft.clinic.language
    own_words = answer_words(own, context.definitions.words.get(own, ()))
    report = compile_report(context.definitions, case, raw, frame, own_words)
    if facts := draft.noted.get("facts"):
        heard = to_read(facts, own_words)
        report["to_read"] = [*report.get("to_read", []), *heard]
    report["decisive"] = decisive_answers(context.definitions, case)
    language, words = read_in
    if language != own:
        report["translated"] = translated(context.definitions, case, language, words)
    seal_into(context, session, screening, "submission", report)
    basis = basis_of(report)
    if draft.clinic.one_a_page:
        basis["one_a_page"] = True
    seal_into(context, session, screening, "basis", basis)
    screening.gravity = max(Outcome(p["outcome"]).gravity for p in report["procedures"])
    screening.definitions_hash = context.definitions.hash
    screening.person_hash = person_hash(context, screening.clinic_id, frame)
    screening.submitted_at = now
    forget_all(context, session, screening)
    screening.start_code_hash = screening.move_hash = screening.pen_hash = None
    if session.get(DefinitionsArchive, context.definitions.hash) is None:
        session.add(
            DefinitionsArchive(
                hash=context.definitions.hash, archive=context.archive, first_used_at=now
            )
        )
    return report
