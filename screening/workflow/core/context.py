"""Everything that the acts need, joined once at start."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

from cryptography.x509 import Certificate
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, object_session

from screening.clinical.definitions.definitions import Definitions
from screening.documents.certificates.authority import Credentials, TimestampAuthority
from screening.storage import audit
from screening.storage.database import Database
from screening.storage.encryption import Keys, SealedBlobError, fingerprint
from screening.storage.sealed import open_column
from screening.storage.store import Store
from screening.storage.tables import Clinic, Patient, Screening
from screening.workflow.core.actor import Actor
from screening.workflow.core.acts import is_free_text, is_read
from screening.workflow.core.news import PATIENT_UPDATED, SCREENING_UPDATED, note_news
from screening.workflow.core.refusal import ActRefusedError, Refusal

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none can be taken for another


class MailServer(Protocol):
    """Where mails are handed over; `sender` is the address that they come from."""

    @property
    def sender(self) -> str: ...

    def deliver(self, message: EmailMessage) -> None:
        """Return once the server has taken `message` upon itself. Raises MailError."""


@dataclass(frozen=True, kw_only=True)
class Vault:
    """What is kept and what opens it: enough to erase, and to restore a backup.

    `wrapping` looks up the key that wraps the clinics' keys as a session sees them: both
    may be rotated while this runs, and a read goes on in the moment at which it began.
    `now` tells the time; nothing else here looks at a clock. `ring` wakes the worker, if there
    is one, for a report, a mail or news. `store` is where PDFs lie apart from the database.
    """

    database: Database
    keys: Keys
    wrapping: Callable[[Session], bytes]
    now: Callable[[], datetime]
    ring: Callable[[str], None] = lambda _order: None
    store: Store | None = None
    rotated: list[bytes] = field(default_factory=list)

    def hash(self, secret: str) -> str:
        """Return the keyed hash under which a link, a code or a cookie is stored."""
        return fingerprint(self.keys.index, secret)

    def clinic_key(self, clinic: Clinic) -> bytes:
        """Return the key that opens the keys of the clinic's screenings."""
        key: bytes
        for wrapping in (*self.rotated, self.keys.wrapping):
            with suppress(SealedBlobError):
                key = open_column(wrapping, clinic, "wrapped_key")
                return key
        # The keys were rotated since this started; who read before that still needs the former.
        session = object_session(clinic)
        assert session is not None
        self.rotated.insert(0, self.wrapping(session))
        key = open_column(self.rotated[0], clinic, "wrapped_key")
        return key

    def patient_key(self, session: Session, patient: Patient) -> bytes:
        """Return the key that wraps those of the patient's screenings."""
        clinic = session.get_one(Clinic, patient.clinic_id)
        key: bytes = open_column(self.clinic_key(clinic), patient, "wrapped_key")
        return key

    def screening_key(self, session: Session, screening: Screening) -> bytes:
        """Return the key of the screening, unwrapped once a session."""
        known: dict[bytes, bytes] = session.info.setdefault("keys", {})
        if found := known.get(screening.wrapped_key):
            return found
        if screening.patient_id is None:  # of before there were patients, until it has one
            wrapping = self.clinic_key(session.get_one(Clinic, screening.clinic_id))
        else:
            wrapping = self.patient_key(session, session.get_one(Patient, screening.patient_id))
        key: bytes = open_column(wrapping, screening, "wrapped_key")
        known[screening.wrapped_key] = key
        return key

    def record(
        self,
        session: Session,
        by: Actor,
        act: str,
        screening: Screening | None = None,
        why: str | None = None,
    ) -> str:
        """Add an audit entry to the transaction and return the head of the chain.

        It is of the clinic of `screening`, or else of the actor's. Whatever changes a screening
        is news for the clinic's other programs. Raises ValueError for
        free text.
        """
        if why is not None and is_free_text(why):
            raise ValueError(f"the audit log takes no free text as the reason of: {act}")
        clinic_id = screening.clinic_id if screening else by.clinic_id
        if screening and not is_read(act):
            self._tell(session, screening.clinic_id, SCREENING_UPDATED, screening.id)
        about = (clinic_id, screening.id if screening else None, why)
        return audit.record(session, self.keys.audit, self.now(), by.who, act, *about)

    def tell_of(self, session: Session, patient: Patient) -> None:
        """Let the clinic's other programs know that something about a patient changed."""
        self._tell(session, patient.clinic_id, PATIENT_UPDATED, patient.id)

    def _tell(self, session: Session, clinic_id: str, kind: str, subject_id: str) -> None:
        note_news(session, clinic_id, kind, subject_id, self.now(), self.ring)


@dataclass(frozen=True, kw_only=True)
class Context(Vault):
    """One installation: where things are kept, what is in force, whose seal is used.

    `archive` is the definitions as files,
    `workers` says when the worker of each machine was there last and what hindered it,
    `issue` makes a doctor's certificate that holds from a moment on, with the registration
    number, and whether it was confirmed on the server alone, `issue_seal` a clinic's
    seal where the settings name none for all. `seal` is for clinics that have none of
    their own, or for all where the settings name one (`one_seal`). `clock` is the
    timestamp authority, `trust` holds the roots that we believe, and `public_url` is
    where anyone may verify a report. Without `mail` the clinic sends its links itself.
    News may be posted into `webhook_networks` of our own, and else to public addresses only.
    """

    definitions: Definitions
    archive: bytes
    seal: Credentials
    workers: Callable[[], list[tuple[datetime, str]]]
    issue: Callable[[str, datetime, str | None, bool], Credentials]
    issue_seal: Callable[[str, datetime], Credentials | None]
    one_seal: bool = False
    clock: TimestampAuthority | None = None
    trust: tuple[Certificate, ...] = ()
    public_url: str = ""
    mail: MailServer | None = None
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()


def new_token() -> str:
    """Return a secret of 192 bits for an address or a cookie."""
    return secrets.token_urlsafe(24)


def new_code(length: int = 8) -> str:
    """Return a code that a person can type: characters that cannot be misread."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(length))
    return f"{code[: length // 2]}-{code[length // 2 :]}"


def as_typed(code: str) -> str:
    """Return `code` as its hash is made, however the person typed it."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    return f"{plain[:4]}-{plain[4:]}"


# With its clinic and its patient, whose keys open it: they would be read one by one.
_SCREENING = (
    select(Screening, Clinic, Patient)
    .join(Clinic, Clinic.id == Screening.clinic_id)
    .outerjoin(Patient, Patient.id == Screening.patient_id)
    .where(Screening.id == bindparam("id"))
)
_LOCKED = _SCREENING.with_for_update(of=Screening)


def read_screening(session: Session, screening_id: str) -> Screening:
    """Return the screening. Raises ActRefusedError("gone")."""
    return _one(session, _SCREENING, screening_id)


def locked_screening(session: Session, screening_id: str) -> Screening:
    """Return the screening, held for this transaction. Raises ActRefusedError("gone")."""
    return _one(session, _LOCKED, screening_id)


def _one(
    session: Session, query: Select[Screening, Clinic, Patient], screening_id: str
) -> Screening:
    if found := session.execute(query, {"id": screening_id}).first():
        return found[0]
    raise ActRefusedError(Refusal.GONE)
