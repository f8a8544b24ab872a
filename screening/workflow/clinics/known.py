"""Which clinic a stranger's page belongs to: its name and telephone stand where a page says no."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from screening.storage.tables import CheckIn, Clinic, Screening
from screening.workflow.core.context import Context


def clinic_behind(
    context: Context, link: str = "", screening_id: str = "", clinic_id: str = ""
) -> Clinic | None:
    """Return the clinic of a link, whether or not it still works; else of what a cookie holds.

    Where none of these says, it is the installation's only clinic, if there is one alone. It
    never fails: a page that says no comes when the database does not.
    """
    hashes = {kind: context.hash(f"{kind}:{link}") for kind in ("link", "move-link", "check-in")}
    of_link = or_(Screening.link_hash == hashes["link"], Screening.move_hash == hashes["move-link"])
    ways = [
        (link, select(Screening.clinic_id).where(of_link)),
        (link, select(CheckIn.clinic_id).where(CheckIn.link_hash == hashes["check-in"])),
        (screening_id, select(Screening.clinic_id).where(Screening.id == screening_id)),
        (clinic_id, select(Clinic.id).where(Clinic.id == clinic_id)),
    ]
    try:
        with context.database.read() as session:
            for given, query in ways:
                if given and (found := session.scalars(query).first()):
                    return session.get_one(Clinic, found)
            clinics = session.scalars(select(Clinic).limit(2)).all()
            return clinics[0] if len(clinics) == 1 else None
    except SQLAlchemyError:
        return None
