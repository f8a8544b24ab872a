"""Whom a report is for."""

from enum import StrEnum


class Reader(StrEnum):
    """The patient's copy holds no advice. ARRIVAL is one page, ANNEX about no patient."""

    DOCTOR = "doctor"
    PATIENT = "patient"
    ARRIVAL = "arrival"
    ANNEX = "annex"
