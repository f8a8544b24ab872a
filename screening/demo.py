"""A demo clinic to try everything with: a person of each kind, one tablet, one patient."""

from __future__ import annotations

import secrets
from dataclasses import replace

from sqlalchemy import select

from screening.app import now, open_authority, write_privately
from screening.config import Config
from screening.documents.authority import issue_certificate
from screening.storage.tables import Clinic
from screening.workflow import accounts, clinics, kiosk, reception
from screening.workflow.workplace import Workplace

CLINIC = "Aurelia Clinic"
DOCTOR, RECEPTIONIST, LEAD = "Dr Mai Tran", "Sam Hill", "Kim Lee"
PATIENT = "Lan Nguyen"
PROCEDURES = ["mesotherapy-face", "soft-lifting"]


def demo_config(config: Config) -> Config:
    """Return `config` with the demo clinic's name on the seal."""
    return replace(config, organisation=CLINIC)


def open_demo(config: Config, place: Workplace) -> str:
    """Return how to get in, as text; the clinic is made at first start and reused after."""
    path = config.instance / "demo.txt"
    with place.database.read() as session:
        exists = session.scalars(select(Clinic)).first() is not None
    if not exists:
        write_privately(path, _make(config, place).encode())
    return path.read_text() if path.exists() else "This installation has its own clinic.\n"


def _make(config: Config, place: Workplace) -> str:
    clinic = clinics.add_clinic(
        place, CLINIC, "1 Demo Street, London", "+44 20 7946 0000", "Europe/London"
    )
    doctor, receptionist, lead = (secrets.token_urlsafe(9) for _ in range(3))
    authority = open_authority(config, place.keys)
    credentials = issue_certificate(authority, DOCTOR, "doctor", now())
    accounts.add_account(place, clinic, "doctor", DOCTOR, "doctor", doctor, credentials)
    accounts.add_account(place, clinic, "reception", RECEPTIONIST, "receptionist", receptionist)
    accounts.add_account(place, clinic, "lead", LEAD, "clinical-lead", lead)
    pairing = kiosk.add_kiosk(place, clinic, "Waiting room")
    invitation = reception.invite(place, clinic, "program", PATIENT, PROCEDURES)
    url = config.public_url
    return f"""
Demo clinic: {CLINIC}

Patient link    {url}/s/{invitation.link}
Kiosk           {url}/kiosk   pairing code {pairing}
                then start code {invitation.start_code} for the same patient
Doctor          {url}/sign-in   user name: doctor      password: {doctor}
Reception       {url}/sign-in   user name: reception   password: {receptionist}
Clinical lead   {url}/sign-in   user name: lead        password: {lead}

"""
