"""The audit log from the command line."""

from __future__ import annotations

import sys

import click

from screening.commands.opening import choose_clinic, open_installation, settings


@click.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command("list")
@click.option("--kind", type=click.Choice(("acts", "reads")), help="Only acts, or only looks.")
@click.option("--number", default="", help="Only of the screening with this number.")
@click.option("--act", default="", help="Only acts that hold these words.")
@click.option("--most", default=100, help="So many, the newest.")
@click.option("--clinic", "clinic_id", help="The clinic's id; needed where there are several.")
def list_(kind: str | None, number: str, act: str, most: int, clinic_id: str | None) -> None:
    """Print the newest entries of a clinic, and note that they were read."""
    from screening.workflow.core.actor import program
    from screening.workflow.records.audit_log import Wanted, list_entries

    context = open_installation()
    by, wanted = program(choose_clinic(context, clinic_id)), Wanted("", number, act, kind or "")
    for e in list_entries(context, by, wanted, most=most):
        told = (str(e.sequence), e.at.isoformat(timespec="seconds"), e.kind, e.who, e.act)
        click.echo("\t".join((*told, e.number or "-", e.about or "-")))


@audit.command()
@click.option("--head", default="", help="A head noted earlier, as SEQUENCE:MAC or the MAC alone.")
def verify(head: str) -> None:
    """Say whether the log is whole (0) or broken (1), and print its head to note down."""
    from screening.workflow.records.audit_log import verify as verify_
    from screening.workflow.records.noted_head import beside, find_loss

    context = open_installation()
    now, problem = verify_(context, head)
    if not problem and (lost := find_loss(context, beside(settings().ledger))):
        click.echo(f"BROKEN: {lost}", err=True)
        sys.exit(1)
    if problem == "cut":
        click.echo(f"BROKEN: {head} is not in the log, so its end was cut off", err=True)
        sys.exit(1)
    if problem:
        click.echo(f"BROKEN: entry {problem} was changed, moved or removed", err=True)
        sys.exit(1)
    click.echo(f"whole, head {now}")
