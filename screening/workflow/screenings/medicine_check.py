"""What a patient replies when asked about medicines on the list: only that changes an answer."""

from __future__ import annotations

from screening.clinical.definitions.questionnaire import NO, NOT_KNOWN, YES
from screening.clinical.medicines.questions import (
    DidYouMean,
    NotRecognised,
    Question,
    Reading,
    changed_answer,
)
from screening.workflow.core.context import Context
from screening.workflow.screenings.answering import change_draft, open_draft
from screening.workflow.screenings.draft import Draft
from screening.workflow.screenings.edit_lock import EditLock


def reply_to_question(context: Context, lock: EditLock, question_id: str, reply: str) -> None:
    """Keep what the patient says; a question that is not open any more is left alone."""
    draft = open_draft(context, lock)
    open_now = draft.medicine_questions(context.definitions)
    found = next((question for question in open_now if question.id == question_id), None)
    if found is None or reply not in replies_to(found):
        return
    answers = {}
    if isinstance(found, Reading):
        before = draft.answers[found.item.link_id]
        answers = {found.item.link_id: changed_answer(found, before, reply)}
    change_draft(context, lock, {"answers": answers, "replies": _with(draft, found, reply)})


def replies_to(question: Question) -> list[str]:
    """Return what may be replied to `question`, in the order shown."""
    match question:
        case DidYouMean():
            return [*(place for place, _ in question.choices()), NO, NOT_KNOWN]
        case NotRecognised():
            return [YES]
        case Reading():
            return [YES, NO, NOT_KNOWN]


def _with(draft: Draft, question: Question, reply: str) -> dict[str, str]:
    keys = [question.id] if isinstance(question, DidYouMean) else question.keys()
    return draft.replies | dict.fromkeys(keys, reply)
