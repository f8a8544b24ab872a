"""How a clinic looks to its patients: name, telephone, colours, logo, paper."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.language import ENGLISH
from screening.documents.rendering.logo import LARGEST_LOGO, clean_logo, size_of
from screening.storage.tables import Clinic
from screening.workflow.clinics.clinics import keep_seal
from screening.workflow.clinics.contrast import COLOUR, can_be_read, nearest_that_works
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.language import known_language
from screening.workflow.core.refusal import ActRefusedError, Refusal

__all__ = ["LARGEST_LOGO", "PAPERS", "Look", "change_look", "logo_of", "nearest_that_works"]
PAPERS = ("A4", "Letter")


@dataclass(frozen=True)
class Look:
    """What an administrator sets; empty colours are ours, an empty dark one is worked out.

    `language` is that of desk and reports, `one_a_page` gives each question a page of its own.
    `logo` is a picture as it was sent: None keeps the one there is, b"" takes it away.
    """

    name: str
    address: str
    phone: str
    accent: str = ""
    accent_dark: str = ""
    paper: str = PAPERS[0]
    language: str = ENGLISH
    one_a_page: bool = False
    logo: bytes | None = None


def look_of(context: Context, clinic_id: str) -> Look:
    """Return how the clinic looks now, to be changed in parts. Raises ActRefusedError("gone")."""
    with context.database.read() as session:
        clinic = session.get(Clinic, clinic_id)
    if clinic is None:
        raise ActRefusedError(Refusal.GONE)
    return Look(
        clinic.name,
        clinic.address,
        clinic.phone,
        clinic.accent or "",
        clinic.accent_dark or "",
        clinic.paper,
        clinic.language,
        clinic.one_a_page,
    )


def change_look(context: Context, by: Actor, look: Look) -> None:
    """Change how the clinic looks, from the next page and report on.

    With another name it gets a seal of that name; what the one before sealed stays as it is.
    Raises ActRefusedError: "no-name", "no-colour", "light-contrast", "dark-contrast",
    "no-paper", "no-language" or "no-picture".
    """
    changes, seal = _checked(look), None
    if look_of(context, str(by.clinic_id)).name != changes["name"]:
        seal = context.issue_seal(str(changes["name"]), context.now())
    with context.database.write() as session:
        clinic = session.get_one(Clinic, by.clinic_id, with_for_update=True)
        changed = sorted(k for k, v in changes.items() if getattr(clinic, k) != v)
        for name in changed:
            setattr(clinic, name, changes[name])
        if changed:
            context.record(session, by, "change look", why=", ".join(changed))
        if seal:
            keep_seal(context, clinic, seal)
            context.record(session, by, "renew seal")


def _checked(look: Look) -> dict[str, str | bytes | bool | None]:
    if not look.name.strip():
        raise ActRefusedError(Refusal.NO_NAME)
    if look.paper not in PAPERS:
        raise ActRefusedError(Refusal.NO_PAPER)
    accent, dark = _colours(look)
    changes: dict[str, str | bytes | bool | None] = {
        "name": look.name.strip(),
        "address": look.address.strip(),
        "phone": look.phone.strip(),
        "accent": accent,
        "accent_dark": dark,
        "paper": look.paper,
        "language": known_language(look.language),
        "one_a_page": look.one_a_page,
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
