"""`screening rescreen`: what other definitions would change for those screened already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from screening.commands.opening import FOLDER, choose_clinic, load, open_installation

if TYPE_CHECKING:
    from screening.clinical.whatif.changes import Change
    from screening.workflow.rules.rescreen import Preview


@click.command()
@click.option("--definitions", "folder", type=FOLDER, help="Other definitions than those in force.")
@click.option("--clinic", "clinic_id", help="The clinic's id; all clinics are looked at without.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def rescreen(folder: Path | None, clinic_id: str | None, as_json: bool) -> None:
    """Say which stored screenings would change, and how, before a folder is put in force.

    Each screening is held against FOLDER as of its own day. Nothing is changed.
    """
    from screening.workflow.core.actor import program
    from screening.workflow.rules.rescreen import all_cores
    from screening.workflow.rules.rescreen import rescreen as rescreen_

    tried = load(folder) if folder else None
    context = open_installation()
    chosen = choose_clinic(context, clinic_id) if clinic_id else None
    found = rescreen_(context, tried or context.definitions, program(chosen), workers=all_cores())
    if as_json:
        click.echo(json.dumps(_as_json(found), indent=2))
        return
    for line in _lines(found):
        click.echo(line)


def _as_json(found: Preview) -> dict[str, object]:
    return {
        "definitions": found.definitions,
        "screenings": found.looked_at,
        "damaged": list(found.damaged),
        "counts": [
            {
                "procedure": g.procedure,
                "before": g.before,
                "after": g.after,
                "screenings": len(g.numbers),
            }
            for g in found.groups
        ],
        "changes": [
            {
                "screening": c.number,
                "procedure": c.procedure,
                "before": {"outcome": c.before, "until": c.before_until},
                "after": {"outcome": c.after, "until": c.after_until},
                "rules": list(c.rules),
                "never_asked": list(c.unasked),
            }
            for c in found.changes
        ],
    }


def _lines(found: Preview) -> list[str]:
    return [
        f"tried: {found.looked_at}  would change: {found.screenings}  with: {found.definitions}",
        *_left_out(found.damaged),
        *(f"{g.procedure}: {g.before} -> {g.after}: {len(g.numbers)}" for g in found.groups),
        *(_line(change) for change in found.changes),
    ]


def _left_out(numbers: Sequence[str]) -> list[str]:
    if not numbers:
        return []
    return [f"damaged and left out: {len(numbers)}  {', '.join(numbers)}"]


def _line(c: Change) -> str:
    rules = [f"{r} (never asked)" if r in c.unasked else r for r in c.rules]
    because = f"  by {', '.join(rules)}" if rules else ""
    before, after = _words(c.before, c.before_until), _words(c.after, c.after_until)
    return f"{c.number}  {c.procedure}  {before} -> {after}{because}"


def _words(outcome: str, until: str | None) -> str:
    return f"{outcome} until {until}" if until else outcome
