"""The tables. Names, answers, drawings and reports stand only in sealed columns (bytes)."""

from screening.storage.tables.accounts import (
    Account,
    AccountChange,
    AccountNotice,
    Kiosk,
    Lock,
    Passkey,
    RecoveryCode,
    SignIn,
)
from screening.storage.tables.clinics import AnnexRow, Clinic, DefinitionsArchive, Kept, Mark
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
    LooseObject,
    Message,
    ReportRow,
    ReportStamp,
    Screening,
)

__all__ = [
    "Account",
    "AccountChange",
    "AccountNotice",
    "AnnexRow",
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
    "LooseObject",
    "Mark",
    "Message",
    "Note",
    "Passkey",
    "Patient",
    "PatientWord",
    "RecoveryCode",
    "Reference",
    "ReportRow",
    "ReportStamp",
    "Request",
    "Screening",
    "SignIn",
    "Treatment",
    "TreatmentLot",
    "Webhook",
]
