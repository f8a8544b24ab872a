"""Whom a report is for."""

from enum import StrEnum


class Reader(StrEnum):
    """The patient's copy leaves out what only a doctor needs."""

    DOCTOR = "doctor"
    PATIENT = "patient"
