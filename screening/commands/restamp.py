"""`screening restamp`: let the proof of stored reports outlive the keys that it rests on."""

from __future__ import annotations

import sys
from collections import Counter

import click

from screening.commands.opening import open_installation, stop


@click.command()
def restamp() -> None:
    """Put a timestamp over each report whose last proof ends soon; the worker does so nightly."""
    from screening.workflow.reports.restamping import Stamped, due
    from screening.workflow.reports.restamping import restamp as stamp

    context = open_installation()
    if context.clock is None:
        stop(["no timestamp authority: set SCREENING_TIMESTAMP_URL; nothing can be stamped"], 2)
    found = Counter(stamp(context, id) for id in due(context))
    for what in Stamped:
        if found[what] or what is Stamped.AGAIN:
            click.echo(f"{found[what]} {what}")
    if found[Stamped.FAILED]:
        click.echo("see the log for why; they are tried again at the next run", err=True)
        sys.exit(1)
