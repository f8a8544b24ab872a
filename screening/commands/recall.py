"""`screening recall`: who was treated with a lot."""

from __future__ import annotations

import click

from screening.commands.opening import open_installation, stop


@click.command()
@click.option("--lot", required=True, help="The lot; capitals, spaces and hyphens do not matter.")
@click.option("--clinic", "clinic_id", help="Only this clinic; the default is all.")
def recall(lot: str, clinic_id: str | None) -> None:
    """Print who was treated with a lot, as CSV."""
    from screening.workflow.clinics.clinics import list_clinics
    from screening.workflow.core.actor import program
    from screening.workflow.treatments import recall as treatments

    context = open_installation()
    known = [id for id, _name in list_clinics(context)]
    if clinic_id and clinic_id not in known:
        stop([f"there is no clinic {clinic_id}"], 2)
    found = [
        one
        for id in ([clinic_id] if clinic_id else known)
        for one in treatments.recall(context, program(id), lot)
    ]
    click.echo(treatments.as_csv(found), nl=False)
    click.echo(f"{len(found)} treatments", err=True)
