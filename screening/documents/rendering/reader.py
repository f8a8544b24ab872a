"""Whom a report is for."""

from enum import StrEnum


class Reader(StrEnum):
    """The patient's copy leaves out what only a doctor needs; ARRIVAL is one page for the file."""

    DOCTOR = "doctor"
    PATIENT = "patient"
    ARRIVAL = "arrival"
