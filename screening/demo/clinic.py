"""A demo clinic to try everything with: one account a role, one tablet, one patient or many."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import select

from screening.bootstrap import issue_seal, write_privately
from screening.clinical.definitions.language import ENGLISH
from screening.config import Config
from screening.demo.stories import Clock, tell
from screening.storage.tables import Clinic
from screening.workflow.accounts import second_factor, sessions
from screening.workflow.clinics import clinics
from screening.workflow.clinics.branding import change_look, look_of
from screening.workflow.core.actor import Staff, program
from screening.workflow.core.context import Context
from screening.workflow.integration import api_keys
from screening.workflow.integration.api_keys import Scope
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
REGISTRATION = "DEMO 7654321"
LONG_AGO = timedelta(days=200)  # when the clinic opened, where much has happened since


def demo_config(config: Config) -> Config:
    """Return `config` with the demo clinic's name on the seal."""
    return replace(config, organisation=CLINIC)


def open_demo(
    config: Config, context: Context, patients: bool = False, language: str = ENGLISH
) -> str:
    """Return how to get in, as text; the clinic is made at first start and reused after.

    With `patients` there is one at every stage, in the `language` of desk and reports.
    """
    path = config.instance / "demo.txt"
    with context.database.read() as session:
        exists = session.scalars(select(Clinic)).first() is not None
    if not exists:
        write_privately(path, _make(config, context, patients, language).encode())
    if not path.exists():
        return "This installation has its own clinic.\n"
    return path.read_text().replace(URL, config.public_url)


def _make(config: Config, context: Context, patients: bool, language: str) -> str:
    ends = context.now()
    clock = Clock(ends - LONG_AGO if patients else ends)
    # Nobody is rung for: the worker looks for what waits when it starts.
    context = replace(context, now=clock, ring=lambda _order: None)
    # No certificate holds from before the installation: what is sealed now is sealed with it.
    seal = issue_seal(config, context.keys, CLINIC, ends)
    clinic = clinics.add_clinic(
        context, CLINIC, "1 Demo Street, London", "+44 20 7946 0000", "Europe/London", seal
    )
    look = replace(look_of(context, clinic), language=language)
    change_look(context, program(clinic), look)
    opened = {row[1]: _account(context, ends, clinic, *row) for row in ACCOUNTS}
    rows = [one.said for one in opened.values()]
    pin = f"{secrets.randbelow(10**6):06}"
    pairing = tablets.add_kiosk(context, program(clinic), "Waiting room", pin=pin)
    if patients:
        doctor = opened["doctor"]
        tell(context, clock, _signed_in(context, doctor), doctor.password, ends)
    key = api_keys.make_key(context, program(clinic), "Demo booking system", list(Scope))
    procedures = list(context.definitions.procedures)[:2]
    invitation = invitations.invite(context, program(clinic), PATIENT, procedures, born=BORN)
    return f"""
Demo clinic: {CLINIC}

Patient link    {URL}/s/{invitation.link}
Kiosk           {URL}/kiosk   pairing code {pairing}
                then start code {invitation.start_code} for the same patient, born {BORN}
                PIN {pin} makes the tablet an ordinary browser again: {URL}/kiosk/release
{"".join(rows)}
API key         {URL}/api/v1   {key}

The second step of a sign-in: run  .venv/bin/screening code SECRET  with the secret above,
or type the secret into an authenticator app.

"""


@dataclass(frozen=True)
class Opened:
    """An account, and in `said` how to get in."""

    username: str
    password: str
    totp: pyotp.TOTP
    said: str


def _account(
    context: Context, issued: datetime, clinic: str, label: str, username: str, name: str, role: str
) -> Opened:
    """Open an account whose second factor is set up already."""
    password = secrets.token_urlsafe(9)
    credentials = context.issue(name, issued, REGISTRATION, False) if role == "doctor" else None
    id = sessions.add_account(context, program(clinic), username, name, role, password, credentials)
    totp = pyotp.parse_uri(second_factor.offer_app(context, id))
    assert isinstance(totp, pyotp.TOTP)
    # The code before the present one, so that the present one still works.
    second_factor.accept_app(context, id, totp.at(context.now(), counter_offset=-1))
    said = (
        f"{label:<15} {URL}/sign-in   user name: {username:<10} "
        f"password: {password}   secret: {totp.secret}\n"
    )
    return Opened(username, password, totp, said)


def _signed_in(context: Context, account: Opened) -> Staff:
    secret = sessions.sign_in(context, account.username, account.password)
    waiting = second_factor.who_waits(context, secret)
    assert waiting
    secret = second_factor.complete(context, waiting, account.totp.at(context.now()))
    found = sessions.who_is(context, secret)
    assert found
    return found
