"""The tables. Names, answers, drawings and reports stand only in sealed columns (bytes)."""

from screening.storage.tables.accounts import Account, Kiosk, Lock, Passkey, RecoveryCode, SignIn
from screening.storage.tables.clinics import Clinic, DefinitionsArchive, Kept, Mark
from screening.storage.tables.integration import ApiKey, Delivery, Reference, Request, Webhook
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
    "ApiKey",
    "AuditEntry",
    "CheckIn",
    "Clinic",
    "Decision",
    "DefinitionsArchive",
    "Delivery",
    "Kept",
    "Kiosk",
    "Lock",
    "Mark",
    "Message",
    "Note",
    "Passkey",
    "Patient",
    "PatientWord",
    "RecoveryCode",
    "Reference",
    "ReportRow",
    "Request",
    "Screening",
    "SignIn",
    "Treatment",
    "TreatmentLot",
    "Webhook",
]
