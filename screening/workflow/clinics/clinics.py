"""Open a clinic in this installation, with a key and a seal of its own."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.documents.certificates.authority import Credentials, open_pkcs12
from screening.storage.columns import new_id
from screening.storage.encryption import new_key
from screening.storage.sealed import open_column, seal_column, seal_value
from screening.storage.tables import Clinic
from screening.workflow.core.actor import program
from screening.workflow.core.context import Context


def add_clinic(
    context: Context,
    name: str,
    address: str,
    phone: str,
    zone: str,
    seal: Credentials | None = None,
) -> str:
    """Return the new clinic's id; without a `seal` it uses the installation's.

    Raises ZoneInfoNotFoundError for an unknown time zone.
    """
    ZoneInfo(zone)
    id = new_id()
    with context.database.write() as session:
        clinic = Clinic(
            id=id,
            name=name,
            address=address,
            phone=phone,
            zone=zone,
            wrapped_key=seal_value(context.wrapping(session), "clinic.wrapped_key", id, new_key()),
            created_at=context.now(),
        )
        session.add(clinic)
        if seal:
            keep_seal(context, clinic, seal)
        session.flush()
        context.record(session, program(id), "add clinic")
    return id


def list_clinics(context: Context) -> list[tuple[str, str]]:
    """Return (id, name) of every clinic, by name."""
    with context.database.read() as session:
        rows = session.execute(select(Clinic.id, Clinic.name).order_by(Clinic.name))
        return [(id, name) for id, name in rows]


def renew_seal(context: Context, clinic_id: str, seal: Credentials) -> None:
    """Give the clinic another seal; what the earlier one sealed stays as it is."""
    with context.database.write() as session:
        keep_seal(context, session.get_one(Clinic, clinic_id, with_for_update=True), seal)
        context.record(session, program(clinic_id), "renew seal")


def keep_seal(context: Context, clinic: Clinic, seal: Credentials) -> None:
    """Keep the clinic's key sealed, and its certificates so that anyone may read them."""
    pkcs12 = seal.to_pkcs12(context.keys.passphrase)
    seal_column(context.clinic_key(clinic), clinic, "seal", pkcs12)
    clinic.certificates = seal.certificates_pem


def clinic_seal(context: Context, session: Session, clinic_id: str) -> Credentials:
    """Return the seal for the clinic's reports."""
    clinic = session.get_one(Clinic, clinic_id)
    if context.one_seal or clinic.seal is None:
        return context.seal
    pkcs12 = open_column(context.clinic_key(clinic), clinic, "seal")
    return open_pkcs12(pkcs12, context.keys.passphrase)
