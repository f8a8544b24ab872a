"""The audit log from the command line."""

from __future__ import annotations

import sys

import click

from screening.commands.opening import open_installation


@click.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command()
@click.option("--head", default="", help="A head noted earlier, as SEQUENCE:MAC or the MAC alone.")
def verify(head: str) -> None:
    """Say whether the log is whole (0) or broken (1), and print its head to note down."""
    from screening.workflow.records.audit_log import verify as verify_

    now, problem = verify_(open_installation(), head)
    if problem == "cut":
        click.echo(f"BROKEN: {head} is not in the log, so its end was cut off", err=True)
        sys.exit(1)
    if problem:
        click.echo(f"BROKEN: entry {problem} was changed, moved or removed", err=True)
        sys.exit(1)
    click.echo(f"whole, head {now}")
