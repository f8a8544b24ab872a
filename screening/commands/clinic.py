"""Commands for a clinic: open it, its accounts and tablets, invite, certificates."""

from __future__ import annotations

import sys

import click

from screening.commands.opening import choose_clinic, open_installation, stop
from screening.config import read_config
from screening.workflow.core.roles import ROLES


@click.command()
@click.argument("name")
@click.option("--address", default="")
@click.option("--phone", default="")
@click.option("--zone", default="UTC", show_default=True, help="Time zone, such as Europe/London.")
def clinic(name: str, address: str, phone: str, zone: str) -> None:
    """Open a clinic."""
    from zoneinfo import ZoneInfoNotFoundError

    from screening.bootstrap import issue_seal
    from screening.workflow.clinics.clinics import add_clinic

    config, context = read_config(), open_installation()
    try:
        seal = issue_seal(config, context.keys, name, context.now())
        click.echo(add_clinic(context, name, address, phone, zone, seal))
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
@click.option("--clinic", "clinic_id", help="The clinic's id; needed where there are several.")
def account(username: str, name: str, role: str, clinic_id: str | None) -> None:
    """Open an account and print its first password."""
    import secrets

    from screening.workflow.accounts.sessions import add_account
    from screening.workflow.core.actor import program

    context = open_installation()
    credentials = context.issue(name, context.now()) if role == "doctor" else None
    password = secrets.token_urlsafe(9)
    by = program(choose_clinic(context, clinic_id))
    add_account(context, by, username, name, role, password, credentials)
    click.echo(f"user name: {username}   password: {password}")


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


@click.command()
@click.argument("name")
@click.option("--procedure", "procedures", multiple=True, help="May be given several times.")
@click.option("--clinic", "clinic_id", help="The clinic's id; needed where there are several.")
def invite(name: str, procedures: tuple[str, ...], clinic_id: str | None) -> None:
    """Invite the patient NAME and print the personal link."""
    from screening.workflow.core.actor import program
    from screening.workflow.core.refusal import ActRefusedError
    from screening.workflow.reception.invitations import invite as invite_

    context = open_installation()
    try:
        made = invite_(context, program(choose_clinic(context, clinic_id)), name, procedures)
    except ActRefusedError:
        known = ", ".join(context.definitions.procedures)
        stop([f"name up to ten of these procedures: {known}"], 2)
    click.echo(f"{read_config().public_url}/s/{made.link}")


@click.command()
@click.option("--lot", required=True, help="The lot; capitals, spaces and hyphens do not matter.")
@click.option("--clinic", "clinic_id", help="Only this clinic; the default is all.")
def recall(lot: str, clinic_id: str | None) -> None:
    """Print who was treated with a lot, as CSV."""
    from screening.workflow.clinics.clinics import list_clinics
    from screening.workflow.core.actor import program
    from screening.workflow.treatments.recall import as_csv
    from screening.workflow.treatments.recall import recall as find

    context = open_installation()
    known = [id for id, _name in list_clinics(context)]
    if clinic_id and clinic_id not in known:
        stop([f"there is no clinic {clinic_id}"], 2)
    found = [
        one
        for id in ([clinic_id] if clinic_id else known)
        for one in find(context, program(id), lot)
    ]
    click.echo(as_csv(found), nl=False)
    click.echo(f"{len(found)} treatments", err=True)


COMMANDS = (clinic, account, kiosk, certificates, invite, recall)
