"""The installation, its clinics and the lists that were in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from screening.storage.columns import Table, new_id


class Kept(Table):
    """A lasting key or certificate of the installation, sealed with its secret."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class Clinic(Table):
    """`seal` is the clinic's sealed key, `certificates` (PEM) its certificate and its issuers'.

    `accent` and `accent_dark` are colours such as "#17493f" for light and for dark
    pages; without the second it is worked out from the first. `logo` is a PNG that
    anyone may see, `logo_print` its size and fingerprint. `language` is what its desk, its
    mails and its doctors' reports speak; `emergency` the number that a patient with a bad
    warning sign calls, `alert_to` the address that is told of one. `one_a_page` says that
    patients get each question on a page of its own.
    """

    __tablename__ = "clinic"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    zone: Mapped[str]
    wrapped_key: Mapped[bytes]
    seal: Mapped[bytes | None]
    certificates: Mapped[str | None]
    accent: Mapped[str | None]
    accent_dark: Mapped[str | None]
    paper: Mapped[str] = mapped_column(default="A4", server_default="A4")
    logo: Mapped[bytes | None] = mapped_column(deferred=True)  # large, and rarely wanted
    logo_print: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    emergency: Mapped[str] = mapped_column(default="112", server_default="112")
    alert_to: Mapped[str | None]
    one_a_page: Mapped[bool] = mapped_column(default=False, server_default=false())
    screenings: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class DefinitionsArchive(Table):
    """The files of questions/ as they stood, so that any verdict can be replayed."""

    __tablename__ = "definitions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    archive: Mapped[bytes]
    first_used_at: Mapped[datetime]


class Mark(Table):
    """When something last happened to the whole installation: "written"."""

    __tablename__ = "mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AnnexRow(Table):
    """What those lists rest on, as a sealed PDF: for each clinic and language one."""

    __tablename__ = "annex"

    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    definitions_hash: Mapped[str] = mapped_column(ForeignKey("definitions.hash"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    pdf: Mapped[bytes] = mapped_column(deferred=True)
    sealed_at: Mapped[datetime]
