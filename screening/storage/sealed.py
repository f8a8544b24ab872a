"""Which columns are sealed, with whose key, and what each blob is bound to.

A blob opens only where it belongs, so what stands here never changes: whatever
is stored was bound to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import TableClause, Update, bindparam, inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from screening.storage.columns import Table
from screening.storage.encryption import open_bytes, open_json, seal_bytes, seal_json


@dataclass(frozen=True)
class SealedColumn:
    """`key` is whose key seals it; `bound` names the row by its id, or by its name."""

    key: Literal["secret", "installation", "clinic", "patient", "screening"]
    bound: str
    holds: Literal["bytes", "json"] = "bytes"


SEALED = {
    "installation.content": SealedColumn("secret", "kept:{}"),
    "clinic.wrapped_key": SealedColumn("installation", "clinic:{}"),
    "patient.wrapped_key": SealedColumn("clinic", "patient:{}:key"),
    "screening.wrapped_key": SealedColumn("patient", "key:{}"),
    "account.credentials": SealedColumn("clinic", "credentials:{}"),
    "account.totp": SealedColumn("clinic", "account:{}:totp"),
    "account.unfinished": SealedColumn("clinic", "account:{}:unfinished", "json"),
    "account.totp_offer": SealedColumn("clinic", "account:{}:totp"),
    "passkey.content": SealedColumn("clinic", "passkey:{}", "json"),
    "clinic.seal": SealedColumn("clinic", "seal:{}"),
    "patient.content": SealedColumn("patient", "patient:{}", "json"),
    "note.content": SealedColumn("patient", "note:{}", "json"),
    "treatment.content": SealedColumn("patient", "treatment:{}", "json"),
    "check_in.content": SealedColumn("patient", "check-in:{}", "json"),
    "screening.person": SealedColumn("screening", "screening:{}:person", "json"),
    "screening.contact": SealedColumn("screening", "screening:{}:contact", "json"),
    "screening.draft": SealedColumn("screening", "screening:{}:draft", "json"),
    "screening.basis": SealedColumn("screening", "screening:{}:basis", "json"),
    "screening.submission": SealedColumn("screening", "screening:{}:submission", "json"),
    "decision.content": SealedColumn("screening", "decision:{}", "json"),
    "report.pdf": SealedColumn("screening", "report:{}"),
    "message.recipient": SealedColumn("screening", "message:{}:to", "json"),
    "message.error": SealedColumn("screening", "message:{}:error", "json"),
    "request.answer": SealedColumn("screening", "request:{}", "json"),
    "webhook.content": SealedColumn("clinic", "webhook:{}", "json"),
    "reference.content": SealedColumn("patient", "reference:{}", "json"),
}
OPEN = {"annex.pdf", "clinic.logo", "definitions.archive"}  # bytes that anyone may see


def bound_to(column: str, id: str) -> str:
    """Return what the blob in `column`, such as "screening.draft", of the row `id` is bound to."""
    return SEALED[column].bound.format(id)


def open_value(key: bytes, column: str, id: str, blob: bytes) -> Any:
    """Return what is sealed in `column` of the row `id`. Raises SealedBlobError."""
    open_ = open_json if SEALED[column].holds == "json" else open_bytes
    return open_(key, blob, bound_to(column, id))


def seal_value(key: bytes, column: str, id: str, content: Any) -> bytes:
    """Return `content` sealed for `column` of the row `id`."""
    seal = seal_json if SEALED[column].holds == "json" else seal_bytes
    return seal(key, content, bound_to(column, id))


def open_column(key: bytes, row: Table, column: str) -> Any:
    """Return what `row` holds sealed in `column`, None where that is empty."""
    blob = getattr(row, column)
    return None if blob is None else open_value(key, *_spot(row, column), blob)


def seal_column(key: bytes, row: Table, column: str, content: Any) -> None:
    """Keep `content` in `column` of `row`, which needs its id already; None empties it."""
    blob = None if content is None else seal_value(key, *_spot(row, column), content)
    setattr(row, column, blob)


def write_column(session: Session, key: bytes, row: Table, column: str, content: Any) -> None:
    """Do as `seal_column` and write it at once, this column alone.

    To let a session find out what has changed costs more than the writing.
    """
    name, id = _spot(row, column)
    blob = seal_value(key, name, id, content)
    written = _writing(cast(TableClause, row.__table__), column)
    session.connection().execute(written, {"row": id, "blob": blob})
    set_committed_value(row, column, blob)


@cache
def _writing(table: TableClause, column: str) -> Update:
    values: dict[str, Any] = {column: bindparam("blob")}
    return update(table).where(table.c.id == bindparam("row")).values(values)


def screening_key(
    clinic_key: bytes, id: str, wrapped: bytes, patient_id: str | None, of_patient: bytes | None
) -> bytes:
    """Return the key of the screening `id`, which its patient's key wraps, or else the clinic's.

    `of_patient` is the patient's wrapped key; a screening of before there were patients
    has none until the program has given it one. Raises SealedBlobError.
    """
    wrapping = clinic_key
    if patient_id is not None and of_patient is not None:
        wrapping = open_value(clinic_key, "patient.wrapped_key", patient_id, of_patient)
    key: bytes = open_value(wrapping, "screening.wrapped_key", id, wrapped)
    return key


def _spot(row: Table, column: str) -> tuple[str, str]:
    return f"{row.__tablename__}.{column}", inspect(row).mapper.primary_key_from_instance(row)[0]
