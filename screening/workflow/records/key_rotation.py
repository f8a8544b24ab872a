"""Give the installation a new secret, or a clinic a new key, while the pages are served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from screening.storage.encryption import SealedBlobError, new_key
from screening.storage.installation import WrongSecretError, open_kept, seal_kept
from screening.storage.sealed import SEALED, open_column, open_value, seal_column, seal_value
from screening.storage.tables import Account, Clinic, Kept, Passkey, Patient, Webhook
from screening.workflow.core.actor import PROGRAM, program
from screening.workflow.core.context import Context

SEALED_BY_CLINIC = [name for name, sealed in SEALED.items() if sealed.key == "clinic"]
ROWS: dict[str, Any] = {of.__tablename__: of for of in (Patient, Account, Passkey, Clinic, Webhook)}


def in_use(context: Context, secret: bytes) -> bool:
    """Say whether `secret` alone opens everything of the installation."""
    with context.database.read() as session:
        try:
            for row in session.scalars(select(Kept)):
                open_kept([secret], row)
        except WrongSecretError:
            return False
    return True


def rotate_secret(context: Context, secrets: list[bytes]) -> None:
    """Seal everything of the installation with the newest of `secrets`, the clinics' keys too."""
    with context.database.write(alone=True) as session:
        wrapping = new_key()
        for row in session.scalars(select(Kept)):
            content = open_kept(secrets, row)
            if row.name == "wrapping":
                former, content = content, wrapping
            seal_kept(secrets[0], row, content)
        for clinic in session.scalars(select(Clinic)):
            seal_column(wrapping, clinic, "wrapped_key", open_column(former, clinic, "wrapped_key"))
        context.record(session, PROGRAM, "rotate secret")


@dataclass(frozen=True)
class Rotated:
    """How many patients' keys were wrapped anew; `damaged` says what was left as it is."""

    patients: int
    damaged: list[str]


def rotate_clinic(context: Context, clinic_id: str) -> Rotated:
    """Give the clinic a new key.

    All in one transaction in which nothing else is written, so that nobody ever sees two
    keys in use: 20,000 take about a second. What is damaged opened with the former key no
    more than it will with the new one.
    """
    with context.database.write(alone=True) as session:
        clinic = session.get_one(Clinic, clinic_id)
        former, fresh = context.clinic_key(clinic), new_key()
        seal_column(context.wrapping(session), clinic, "wrapped_key", fresh)
        wrapped, damaged = 0, []
        for name in SEALED_BY_CLINIC:
            table, column = name.split(".")
            of = ROWS[table]
            query = select(of.id, _called(of), getattr(of, column)).where(_owner(of) == clinic_id)
            changed: list[dict[str, Any]] = []
            for id, called, blob in session.execute(query):
                if blob is None:
                    continue
                try:
                    content = open_value(former, name, id, blob)
                except SealedBlobError:
                    damaged.append(f"{table} {called}: {column}")
                else:
                    changed.append({"id": id, column: seal_value(fresh, name, id, content)})
            session.bulk_update_mappings(of, changed)
            wrapped += len(changed) if of is Patient else 0
        context.record(session, program(clinic_id), "rotate clinic key")
    return Rotated(wrapped, damaged)


def _called(of: Any) -> Any:
    """Return the column by which an administrator knows a row."""
    return of.id if of in (Patient, Webhook) else of.name


def _owner(of: Any) -> Any:
    """Return the clinic that a row belongs to."""
    if of is Clinic:
        return Clinic.id
    if of is Passkey:
        query = select(Account.clinic_id).where(Account.id == Passkey.account_id)
        return query.correlate(Passkey).scalar_subquery()
    return of.clinic_id
