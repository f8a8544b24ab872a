"""What a patient typed on a page and did not send, or sent in vain: kept sealed in the draft.

It counts nowhere: no answer, no finding, no report is made of it. It goes where the draft
goes, to another device too, and ends when the page is sent or the screening is.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from screening.storage.tables import Screening
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import ALLOWED
from screening.workflow.core.unfinished import Pages, Typed, drop, put
from screening.workflow.screenings.edit_lock import EditLock, check, locked_draft

UNFINISHED = "unfinished"  # in the draft


def read_unfinished(context: Context, lock: EditLock) -> Pages:
    """Return what is kept, to the device that may answer; nothing to any other."""
    with context.database.read() as session:
        screening = session.get(Screening, lock.screening_id)
        if screening is None or screening.state not in ALLOWED["answer"]:
            return {}
        check(context, screening, lock)
        pages: Pages = open_sealed(context, session, screening, "draft").get(UNFINISHED, {})
        return pages


def keep_unfinished(context: Context, lock: EditLock, page: str, form: str, typed: Typed) -> Pages:
    """Keep what stands in a form of `page`, and return all that is kept.

    Raises what `locked_draft` raises: only the device that may answer keeps anything.
    """
    with context.database.write() as session:
        screening = locked_draft(context, session, lock)
        draft = open_sealed(context, session, screening, "draft")
        pages = put(draft.get(UNFINISHED, {}), page, form, typed)
        seal_into(context, session, screening, "draft", draft | {UNFINISHED: pages})
    return pages


def forget_unfinished(context: Context, lock: EditLock, page: str, form: str = "") -> None:
    """A form of `page` was sent and taken: what was kept of it ends. Raises as the above."""
    with context.database.write() as session:
        screening = locked_draft(context, session, lock)
        draft = open_sealed(context, session, screening, "draft")
        pages = drop(draft.get(UNFINISHED, {}), page, form)
        seal_into(context, session, screening, "draft", draft | {UNFINISHED: pages})


def forget_all(context: Context, session: Session, screening: Screening) -> None:
    """The screening is sent: what was typed and never sent is no part of it."""
    draft = open_sealed(context, session, screening, "draft")
    if draft.pop(UNFINISHED, None):
        seal_into(context, session, screening, "draft", draft)
