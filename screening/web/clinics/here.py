"""Whose pages these are: the clinic whose name, telephone and colours stand on them."""

from __future__ import annotations

from typing import cast

from flask import g, request, session
from flask_login import current_user

from screening.storage.tables import Clinic
from screening.web.core.guards import context, person, tablet
from screening.workflow.clinics.known import clinic_behind


def clinic_here() -> Clinic | None:
    """Return the clinic that this page is about; else that of the tablet, of the account, or what
    is told by the link in the address, by the cookie of a visit, or by there being one alone.
    """
    if "clinic" not in g:  # a page asks half a dozen times
        g.clinic = _found_clinic()
    return cast(Clinic | None, g.clinic)


def _found_clinic() -> Clinic | None:
    if here := tablet():
        return here.clinic
    if current_user.is_authenticated:
        return person().clinic
    link = str((request.view_args or {}).get("link", ""))
    visit, clinic = str(session.get("screening", "")), str(session.get("clinic", ""))
    return clinic_behind(context(), link, visit, clinic)


def clinic_name() -> str:
    here = clinic_here()
    return here.name if here else "Screening"


def clinic_phone() -> str:
    """Return the clinic's telephone; empty where none is known."""
    here = clinic_here()
    return (here.phone or "").strip() if here else ""
