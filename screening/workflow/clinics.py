"""Open a clinic in this installation, with a key of its own."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select

from screening.storage.encryption import new_key, seal_bytes
from screening.storage.tables import Clinic, new_id
from screening.workflow.workplace import Workplace


def add_clinic(place: Workplace, name: str, address: str, phone: str, zone: str) -> str:
    """Return the new clinic's id. Raises ZoneInfoNotFoundError for an unknown time zone."""
    ZoneInfo(zone)
    id = new_id()
    with place.database.write() as session:
        session.add(
            Clinic(
                id=id,
                name=name,
                address=address,
                phone=phone,
                zone=zone,
                wrapped_key=seal_bytes(place.keys.wrapping, new_key(), f"clinic:{id}"),
                created_at=place.now(),
            )
        )
        session.flush()
        place.record(session, "program", "add clinic", clinic_id=id)
    return id


def list_clinics(place: Workplace) -> list[tuple[str, str]]:
    """Return (id, name) of every clinic, by name."""
    with place.database.read() as session:
        rows = session.execute(select(Clinic.id, Clinic.name).order_by(Clinic.name))
        return [(id, name) for id, name in rows]
