"""Commands for a clinic: open it, its accounts and tablets, certificates."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click

from screening.commands.opening import choose_clinic, open_installation, stop
from screening.config import read_config
from screening.workflow.core.roles import ROLES

ACCOUNT_WORDS = {
    "taken": "this user name is taken: choose another one",
    "name-taken": "someone at this clinic has this name, or one that looks the same: "
    "add a further name",
    "needs-registration": "a doctor needs --registration: letters and digits, at most 40",
}
CONFIRM_WORDS = {
    "gone": "nothing with this id waits at this clinic; without an id the command lists what does",
    "settled": "this was confirmed or dropped before, or has waited for more than two weeks",
    "closed": "the account that this is about, or of who began it, was closed",
    "others-confirm": "somebody at the clinic may confirm this: the command stands in only "
    "where nobody may",
    "name-taken": "someone at this clinic has this name by now, or one that looks the same",
    "taken": "this user name is taken by now",
}


@click.command()
@click.argument("name")
@click.option("--address")
@click.option("--phone")
@click.option("--zone", help="Of a new clinic, such as Europe/London; UTC if not given.")
@click.option("--language", help="Of the desk, mails to the staff and reports, such as ru.")
@click.option("--clinic", "clinic_id", help="Change the clinic with this id, and open none.")
def clinic(
    name: str,
    address: str | None,
    phone: str | None,
    zone: str | None,
    language: str | None,
    clinic_id: str | None,
) -> None:
    """Open a clinic, or with --clinic change one; with another NAME it gets a seal of that name."""
    from screening.workflow.clinics.branding import change_look, look_of
    from screening.workflow.core.actor import program
    from screening.workflow.core.language import spoken

    context = open_installation()
    if language and language not in spoken():
        stop([f'"{language}" is no language of the pages; known: {", ".join(spoken())}'], 2)
    if not name.strip():
        stop(["write the name of the clinic"], 2)
    if clinic_id and zone:
        stop(["the time zone of a clinic stays as it was: its reports are dated by it"], 2)
    clinic_id = choose_clinic(context, clinic_id) if clinic_id else _open(context, name, zone)
    given = {"name": name, "address": address, "phone": phone, "language": language}
    wanted: dict[str, Any] = {part: value for part, value in given.items() if value is not None}
    change_look(context, program(clinic_id), replace(look_of(context, clinic_id), **wanted))
    click.echo(clinic_id)


def _open(context: Any, name: str, zone: str | None) -> str:
    from zoneinfo import ZoneInfoNotFoundError

    from screening.workflow.clinics.clinics import add_clinic

    try:
        seal = context.issue_seal(name, context.now())
        return add_clinic(context, name, "", "", zone or "UTC", seal)
    except (ZoneInfoNotFoundError, ValueError):
        stop([f'"{zone}" is not a time zone; write it like Europe/London'], 2)


@click.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's full name.")
@click.option(
    "--role",
    required=True,
    type=click.Choice(ROLES),
)
@click.option("--registration", help="A doctor's number at the authority that registers doctors.")
@click.option("--clinic", "clinic_id", help="The clinic's id; needed where there are several.")
def account(
    username: str, name: str, role: str, registration: str | None, clinic_id: str | None
) -> None:
    """Open an account and print its first password.

    No second person has confirmed it: a doctor's certificate says so.
    """
    import secrets

    from screening.workflow.accounts.making import SERVER
    from screening.workflow.accounts.naming import read_registration
    from screening.workflow.accounts.sessions import add_account
    from screening.workflow.core.actor import program
    from screening.workflow.core.refusal import ActRefusedError

    context = open_installation()
    password = secrets.token_urlsafe(9)
    by = program(choose_clinic(context, clinic_id))
    try:
        number = read_registration(registration) if role == "doctor" else None
        credentials = context.issue(name, context.now(), number, True) if number else None
        add_account(context, by, username, name, role, password, credentials, SERVER)
    except ActRefusedError as refused:
        stop([ACCOUNT_WORDS[refused.reason]], 2)
    click.echo(f"user name: {username}   password: {password}")


@click.command()
@click.argument("change", required=False)
@click.option("--clinic", "clinic_id", help="The clinic's id; needed where there are several.")
def confirm(change: str | None, clinic_id: str | None) -> None:
    """Confirm the CHANGE of accounts that nobody at the clinic may confirm; list what waits."""
    from screening.workflow.accounts.second_person import confirm_on_server, waiting_at
    from screening.workflow.core.refusal import ActRefusedError

    context = open_installation()
    clinic_id = choose_clinic(context, clinic_id)
    if change is None:
        for id, kind, whom in waiting_at(context, clinic_id):
            click.echo(f"{id}  {kind}  {whom}".rstrip())
        return
    try:
        done = confirm_on_server(context, clinic_id, change)
    except ActRefusedError as refused:
        stop([CONFIRM_WORDS.get(refused.reason, f"refused: {refused.reason}")], 2)
    click.echo(f"confirmed on the server: {done.name}".rstrip(": "))
    if done.link:
        click.echo(f"{read_config().public_url}/set-password/{done.link}")


@click.command()
@click.argument("name")
@click.option("--clinic", "clinic_id", help="The clinic's id; needed where there are several.")
def kiosk(name: str, clinic_id: str | None) -> None:
    """Add a tablet and print its pairing code."""
    from screening.workflow.core.actor import program
    from screening.workflow.tablets.tablets import add_kiosk

    context = open_installation()
    click.echo(
        f"pairing code: {add_kiosk(context, program(choose_clinic(context, clinic_id)), name)}"
    )


@click.command()
@click.option("--renew", is_flag=True, help="Issue new ones where less than 30 days are left.")
def certificates(renew: bool) -> None:
    """Say which seals and doctors' certificates have ended, or end within 30 days."""
    from screening.bootstrap import renew_certificates
    from screening.workflow.operations.health import certificate_notices

    config, context = read_config(), open_installation()
    if renew:
        renew_certificates(config, context)
        context = open_installation()
    notices = certificate_notices(context)
    for notice in notices or ["every certificate is in force for 30 days and more"]:
        click.echo(notice)
    sys.exit(1 if notices else 0)


COMMANDS = (clinic, account, confirm, kiosk, certificates)
