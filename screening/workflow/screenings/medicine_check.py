"""A medicine's name and an answer that do not go together: the patient says which is right."""

from __future__ import annotations

from screening.clinical.definitions.medicines import changed_answer, key
from screening.workflow.core.context import Context
from screening.workflow.screenings.answering import change_draft, open_draft
from screening.workflow.screenings.edit_lock import EditLock


def reply_to_reading(context: Context, lock: EditLock, class_id: str, reply: str) -> None:
    """Keep what the patient says about a medicine's name: "yes", "no" or "unknown".

    Only the patient's own reply changes an answer. A class that is not open any more is left alone.
    """
    draft = open_draft(context, lock)
    found = (r for r in draft.readings(context.definitions) if r.kind.id == class_id)
    if reading := next(found, None):
        link_id = reading.item.link_id
        answer = changed_answer(reading, draft.answers[link_id], reply)
        said = [*draft.said, *(key(reading.kind, one.meant) for one in reading.names)]
        change_draft(context, lock, {"answers": {link_id: answer}, "said": said})
