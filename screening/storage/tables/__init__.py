"""The tables. Names, answers, drawings and reports stand only in sealed columns (bytes)."""

from screening.storage.tables.accounts import Account, Kiosk, Lock, Passkey, RecoveryCode, SignIn
from screening.storage.tables.clinics import AnnexRow, Clinic, DefinitionsArchive, Kept
from screening.storage.tables.patients import (
    CheckIn,
    Note,
    Patient,
    PatientWord,
    Treatment,
    TreatmentLot,
)
from screening.storage.tables.screenings import (
    AuditEntry,
    Decision,
    Message,
    ReportRow,
    Screening,
)

__all__ = [
    "Account",
    "AnnexRow",
    "AuditEntry",
    "CheckIn",
    "Clinic",
    "Decision",
    "DefinitionsArchive",
    "Kept",
    "Kiosk",
    "Lock",
    "Message",
    "Note",
    "Passkey",
    "Patient",
    "PatientWord",
    "RecoveryCode",
    "ReportRow",
    "Screening",
    "SignIn",
    "Treatment",
    "TreatmentLot",
]
