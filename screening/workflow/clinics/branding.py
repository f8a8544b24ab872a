"""How a clinic looks to its patients: name, telephone, colours, logo, paper."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from screening.documents.rendering.logo import LARGEST_LOGO, clean_logo, size_of
from screening.storage.tables import Clinic
from screening.workflow.clinics.contrast import COLOUR, can_be_read, nearest_that_works
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal

__all__ = ["LARGEST_LOGO", "PAPERS", "Look", "change_look", "logo_of", "nearest_that_works"]
PAPERS = ("A4", "Letter")


@dataclass(frozen=True)
class Look:
    """What an administrator sets; empty colours are ours, an empty dark one is worked out.

    `logo` is a picture as it was sent: None keeps the one there is, b"" takes it away.
    """

    name: str
    address: str
    phone: str
    accent: str = ""
    accent_dark: str = ""
    paper: str = PAPERS[0]
    logo: bytes | None = None


def change_look(context: Context, by: Staff, look: Look) -> None:
    """Change how the clinic looks, from the next page and report on.

    Raises ActRefusedError: "no-name", "no-colour", "light-contrast", "dark-contrast",
    "no-paper" or "no-picture".
    """
    changes = _checked(look)
    with context.database.write() as session:
        clinic = session.get_one(Clinic, by.clinic.id, with_for_update=True)
        changed = sorted(k for k, v in changes.items() if getattr(clinic, k) != v)
        for name in changed:
            setattr(clinic, name, changes[name])
        if changed:
            context.record(session, by, "change look", why=", ".join(changed))


def _checked(look: Look) -> dict[str, str | bytes | None]:
    if not look.name.strip():
        raise ActRefusedError(Refusal.NO_NAME)
    if look.paper not in PAPERS:
        raise ActRefusedError(Refusal.NO_PAPER)
    accent, dark = _colours(look)
    changes: dict[str, str | bytes | None] = {
        "name": look.name.strip(),
        "address": look.address.strip(),
        "phone": look.phone.strip(),
        "accent": accent,
        "accent_dark": dark,
        "paper": look.paper,
    }
    if look.logo is not None:
        logo = clean_logo(look.logo) if look.logo else None
        if look.logo and logo is None:
            raise ActRefusedError(Refusal.NO_PICTURE)
        changes |= {"logo": logo, "logo_print": _mark(logo) if logo else None}
    return changes


def _mark(logo: bytes) -> str:
    """Return size and fingerprint, such as "240x80-0f3a": a page keeps its place free."""
    width, height = size_of(logo)
    return f"{width}x{height}-{hashlib.sha256(logo).hexdigest()[:16]}"


def _colours(look: Look) -> tuple[str | None, str | None]:
    light, dark = look.accent.strip().lower(), look.accent_dark.strip().lower()
    if not light and not dark:
        return None, None
    if not all(COLOUR.fullmatch(c) for c in (light, dark or light)):
        raise ActRefusedError(Refusal.NO_COLOUR)
    if not can_be_read(light, dark=False):
        raise ActRefusedError(Refusal.LIGHT_CONTRAST)
    if dark and not can_be_read(dark, dark=True):
        raise ActRefusedError(Refusal.DARK_CONTRAST)
    return light, dark or None


def logo_of(context: Context, clinic_id: str, mark: str) -> bytes | None:
    """Return the clinic's logo while `mark` is its fingerprint."""
    with context.database.read() as session:
        return _logo(session, clinic_id, Clinic.logo_print == mark)


def logo_for_report(session: Session, clinic_id: str) -> bytes | None:
    return _logo(session, clinic_id)


def _logo(session: Session, clinic_id: str, *conditions: ColumnElement[bool]) -> bytes | None:
    query = select(Clinic.logo).where(Clinic.id == clinic_id, *conditions)
    return session.scalars(query).first()
