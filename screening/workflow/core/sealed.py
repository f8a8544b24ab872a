"""What is stored sealed, opened again: what a patient submitted, what doctors decided."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.report.parts import Report
from screening.storage.columns import Table
from screening.storage.encryption import SealedBlobError
from screening.storage.sealed import open_column, open_value, seal_column, write_column
from screening.storage.store import LostDocumentError, Store, StoreAwayError
from screening.storage.tables import (
    Account,
    CheckIn,
    Clinic,
    Decision,
    Note,
    Passkey,
    Patient,
    Reference,
    ReportRow,
    Request,
    Screening,
    Treatment,
    Webhook,
)
from screening.workflow.core.context import Context, Vault
from screening.workflow.core.refusal import ActRefusedError, Refusal

log = logging.getLogger("screening.documents")


def open_sealed(context: Vault, session: Session, row: Table, column: str) -> Any:
    """Return what `row` holds sealed in `column`, None where that is empty.

    Raises SealedBlobError.
    """
    if isinstance(row, ReportRow):
        return document_of(context, session, row)()
    return open_column(_key(context, session, row), row, column)


def document_of(context: Vault, session: Session, row: ReportRow) -> Callable[[], bytes | None]:
    """Return what opens the PDF of a report, to be called when the transaction is over.

    A store may keep us waiting, and nobody else shall. It raises SealedBlobError, and
    ActRefusedError("store-away").
    """
    key, name = _key(context, session, row), row.stored_as
    if name is None:
        pdf: bytes | None = open_column(key, row, "pdf")
        return lambda: pdf
    return partial(_fetched, context.store, key, row.id, name)


def _fetched(store: Store | None, key: bytes, report_id: str, name: str) -> bytes:
    try:
        if store is None:
            raise StoreAwayError
        content: bytes = open_value(key, "report.pdf", report_id, store.get(name))
        return content
    except LostDocumentError as error:
        raise SealedBlobError(f"report:{report_id} is not in the store of documents") from error
    except StoreAwayError as error:
        log.error("%s", error)
        raise ActRefusedError(Refusal.STORE_AWAY) from error


def seal_into(context: Vault, session: Session, row: Table, column: str, content: Any) -> None:
    """Keep `content` sealed in `column` of `row`, which has its id; None empties it."""
    seal_column(_key(context, session, row), row, column, content)


def write_sealed(context: Vault, session: Session, row: Table, column: str, content: Any) -> None:
    """Do as `seal_into`, and write it at once: for what is written again and again."""
    write_column(session, _key(context, session, row), row, column, content)


def _key(context: Vault, session: Session, row: Any) -> bytes:
    """Return the key that seals a row: its screening's, its patient's or its clinic's."""
    match row:
        case Screening():
            return context.screening_key(session, row)
        case Clinic():
            return context.clinic_key(row)
        case Request() if row.screening_id is not None:
            return context.screening_key(session, session.get_one(Screening, row.screening_id))
        case Account() | Webhook() | Request():
            return context.clinic_key(session.get_one(Clinic, row.clinic_id))
        case Patient():
            return context.patient_key(session, row)
        case Note() | Treatment() | CheckIn() | Reference():
            return context.patient_key(session, session.get_one(Patient, row.patient_id))
        case Passkey():
            return _key(context, session, session.get_one(Account, row.account_id))
        case _:
            return context.screening_key(session, session.get_one(Screening, row.screening_id))


def submission_of(context: Context, session: Session, screening: Screening) -> Report:
    """Return the report as it was compiled on submission."""
    assert screening.submission is not None
    report: Report = open_sealed(context, session, screening, "submission")
    return report


def decisions_of(context: Context, session: Session, screening: Screening) -> list[dict[str, Any]]:
    """Return every decision as its decided report prints it, the one in force last."""
    query = select(Decision).where(Decision.screening_id == screening.id)
    rows = session.scalars(query.order_by(Decision.sequence))
    return [open_sealed(context, session, row, "content") for row in rows]


def decision_of(
    context: Context, session: Session, screening: Screening, sequence: int | None = None
) -> dict[str, Any] | None:
    """Return the decision in force, or the one of `sequence`; None before there is one."""
    made = decisions_of(context, session, screening)
    return made[sequence - 1 if sequence else -1] if made else None
