"""Whose pages these are: the clinic whose name, telephone and colours stand on them."""

from __future__ import annotations

from typing import cast

from flask import g, request, session
from flask_login import current_user

from screening.storage.tables import Clinic
from screening.web.core.guards import context, person, tablet
from screening.workflow.clinics.known import clinic_behind


def clinic_here() -> Clinic | None:
    """Return the clinic of the tablet, of the account, or of the visit; else what is told by
    the link in the address, by the cookie of a visit that is over, or by there being one alone.
    """
    if here := tablet():
        return here.clinic
    if current_user.is_authenticated:
        return person().clinic
    if "clinic" not in g:
        link = str((request.view_args or {}).get("link", ""))
        visit, clinic = str(session.get("screening", "")), str(session.get("clinic", ""))
        g.clinic = clinic_behind(context(), link, visit, clinic)
    return cast(Clinic | None, g.clinic)


def clinic_name() -> str:
    here = clinic_here()
    return here.name if here else "Screening"


def clinic_phone() -> str:
    """Return the clinic's telephone; empty where none is known."""
    here = clinic_here()
    return (here.phone or "").strip() if here else ""
