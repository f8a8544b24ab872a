"""A demo clinic to try everything with: one account a role, one tablet, one patient."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pyotp
from sqlalchemy import select

from screening.bootstrap import issue_seal, write_privately
from screening.config import Config
from screening.storage.tables import Clinic
from screening.workflow.accounts import second_factor, sessions
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.core.context import Context
from screening.workflow.reception import invitations
from screening.workflow.tablets import tablets

CLINIC = "Aurelia Clinic"
ACCOUNTS = (
    ("Doctor", "doctor", "Dr Mai Tran", "doctor"),
    ("Reception", "reception", "Sam Hill", "receptionist"),
    ("Clinical lead", "lead", "Kim Lee", "clinical-lead"),
    ("Administrator", "admin", "Kim Berg", "administrator"),
)
PATIENT = "Lan Nguyen"
URL = "<address>"  # stands in the file for what the settings may change
BORN = "1986-05-03"
PROCEDURES = ["mesotherapy-face", "soft-lifting"]


def demo_config(config: Config) -> Config:
    """Return `config` with the demo clinic's name on the seal."""
    return replace(config, organisation=CLINIC)


def open_demo(config: Config, context: Context) -> str:
    """Return how to get in, as text; the clinic is made at first start and reused after."""
    path = config.instance / "demo.txt"
    with context.database.read() as session:
        exists = session.scalars(select(Clinic)).first() is not None
    if not exists:
        write_privately(path, _make(config, context).encode())
    if not path.exists():
        return "This installation has its own clinic.\n"
    return path.read_text().replace(URL, config.public_url)


def _make(config: Config, context: Context) -> str:
    seal = issue_seal(config, context.keys, CLINIC, context.now())
    clinic = clinics.add_clinic(
        context, CLINIC, "1 Demo Street, London", "+44 20 7946 0000", "Europe/London", seal
    )
    rows = [_account(config, context, clinic, *row) for row in ACCOUNTS]
    pin = f"{secrets.randbelow(10**6):06}"
    pairing = tablets.add_kiosk(context, program(clinic), "Waiting room", pin=pin)
    invitation = invitations.invite(context, program(clinic), PATIENT, PROCEDURES, born=BORN)
    return f"""
Demo clinic: {CLINIC}

Patient link    {URL}/s/{invitation.link}
Kiosk           {URL}/kiosk   pairing code {pairing}
                then start code {invitation.start_code} for the same patient, born {BORN}
                PIN {pin} makes the tablet an ordinary browser again: {URL}/kiosk/release
{"".join(rows)}
The second step of a sign-in: run  .venv/bin/screening code SECRET  with the secret above,
or type the secret into an authenticator app.

"""


def _account(
    config: Config, context: Context, clinic: str, label: str, username: str, name: str, role: str
) -> str:
    """Open an account whose second factor is set up already, and return how to get in."""
    password = secrets.token_urlsafe(9)
    credentials = context.issue(name, context.now()) if role == "doctor" else None
    id = sessions.add_account(context, program(clinic), username, name, role, password, credentials)
    totp = pyotp.parse_uri(second_factor.offer_app(context, id))
    assert isinstance(totp, pyotp.TOTP)
    # The code before the present one, so that the present one still works.
    second_factor.accept_app(context, id, totp.at(context.now(), counter_offset=-1))
    return (
        f"{label:<15} {URL}/sign-in   user name: {username:<10} "
        f"password: {password}   secret: {totp.secret}\n"
    )
