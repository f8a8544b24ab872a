"""A person of one clinic, and what hangs on the person and not on one screening."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.storage.columns import Table, new_id


class Patient(Table):
    """A person of one clinic; `wrapped_key` wraps the keys of all screenings.

    `content` is {"name", "born", "number", "language"}: `number` is the clinic's own,
    found by `number_hash`; `person_hash` finds the same folded name and date of birth.
    A patient who turned out to be another one is `merged_into` that one and stays a row:
    nothing moves, so a merge can be taken back; `merge_confirmed_at` is when a doctor
    agreed. `code_hash` is the slow hash of the code that the patient chose, `code_misses`
    the wrong tries since the last right one.
    """

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("clinic_id", "number_hash"),
        Index("ix_patient_person", "clinic_id", "person_hash"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    wrapped_key: Mapped[bytes]
    content: Mapped[bytes]
    number_hash: Mapped[str | None]
    person_hash: Mapped[str | None]
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("patient.id"), index=True)
    merged_at: Mapped[datetime | None]
    merge_confirmed_at: Mapped[datetime | None]
    code_hash: Mapped[str | None]
    code_misses: Mapped[int] = mapped_column(default=0)
    code_locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class PatientWord(Table):
    """The keyed hash of one folded part of a patient's name, by which the patient is found."""

    __tablename__ = "patient_word"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    word_hash: Mapped[str] = mapped_column(primary_key=True, index=True)


class Note(Table):
    """What a doctor wrote for colleagues about a patient; never printed, never the patient's."""

    __tablename__ = "note"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    screening_id: Mapped[str | None] = mapped_column(ForeignKey("screening.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    content: Mapped[bytes]
    created_at: Mapped[datetime]


class Treatment(Table):
    """What was done on one day (ISO, the clinic's): treatments, products, lots, by whom.

    `account_id` is who wrote it down, if it was no program. Taken back at `undone_at` it
    counts no more. `content`
    is {"done": [{"procedure", "name", "definitions", "decision", "products": [{"product",
    "lot"}]}], "by", "why", "earlier"}: `by` carried it out; `decision` was in force, and `why`
    says why it was done where that is no going ahead; `earlier` is what stood before.
    """

    __tablename__ = "treatment"
    __table_args__ = (Index("ix_treatment_day", "clinic_id", "treated_on"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    screening_id: Mapped[str] = mapped_column(ForeignKey("screening.id"), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    treated_on: Mapped[str]
    content: Mapped[bytes]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class TreatmentLot(Table):
    """The keyed hash of a lot that was used, by which a recall finds the treatment."""

    __tablename__ = "treatment_lot"

    treatment_id: Mapped[str] = mapped_column(ForeignKey("treatment.id"), primary_key=True)
    lot_hash: Mapped[str] = mapped_column(primary_key=True, index=True)


class CheckIn(Table):
    """A short page of warning signs, some days after a treatment.

    `due_on` is an ISO day of the clinic; `state` "waiting", "asked", "answered", "missed"
    or "cancelled". `gravity` is that of the gravest sign: 0 none, 1 call, 2 emergency.
    `content` is {"link", "language", "misses", "half", "answers": [{"at", "by", "signs": [{"sign",
    "act", "reply"}], "seen"}]}: the link for a reminder, how often the date of birth was wrong,
    what was sent unfinished, and each answer, marked `seen` once somebody had taken it.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("treatment_id", "sequence"),
        Index("ix_check_in_due", "state", "due_on"),
        Index("ix_check_in_desk", "clinic_id", "gravity", "handled_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    treatment_id: Mapped[str] = mapped_column(ForeignKey("treatment.id"))
    sequence: Mapped[int]
    due_on: Mapped[str]
    state: Mapped[str]
    link_hash: Mapped[str | None] = mapped_column(unique=True)
    link_expires_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    gravity: Mapped[int | None]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    content: Mapped[bytes | None]
