"""`screening burden`: how long the questionnaires are for a patient."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from screening.commands.opening import FOLDER, load, stop
from screening.config import read_config

FOUR_MONTHS = timedelta(days=120)
DAY = date(2026, 1, 1)  # no figure depends on it: ages and dates only need to be plausible


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--case", "cases", type=click.File("rb"), multiple=True, help="A case as JSON.")
@click.option("--again", is_flag=True, help="For who comes back after four months, and arrives.")
@click.option("--one-a-page", is_flag=True, help="As a clinic asks that shares no page.")
def burden(folder: Path | None, cases: tuple[Any, ...], again: bool, one_a_page: bool) -> None:
    """Print pages, questions and taps of each procedure, for who has nothing to report.

    With --case for the patient of that case, who answers the rest with "no". A tap is each
    choice, box and button that is touched; a typed field counts one. The treatments are
    ticked already, as for everyone who was invited.
    """
    from screening.clinical.evaluation.case import CaseError, read_case
    from screening.clinical.way.burden import burden_of, burden_of_arrival, burden_of_return

    definitions = load(folder or read_config().questions)
    asked: list[tuple[str, tuple[str, ...], date, Any]] = [
        (name, (name,), DAY, {}) for name in definitions.procedures
    ]
    if cases:
        asked = []
        for file in cases:
            try:
                case = read_case(definitions, json.loads(file.read()), strict=False)
            except (CaseError, ValueError) as error:
                stop([f"{Path(file.name).name}: {error}"], 2)
            asked.append((Path(file.name).stem, case.procedures, case.on, case.answers))
    found = {
        name: burden_of_return(definitions, procedures, on, on - FOUR_MONTHS)
        if again
        else burden_of(definitions, procedures, on, answers, grouped=not one_a_page)
        for name, procedures, on, answers in asked
    }
    if again:
        found["on arrival"] = burden_of_arrival(definitions)
    widest = max(map(len, found))
    click.echo(f"{'':{widest}}  pages  questions  taps  minutes")
    for name, one in found.items():
        figures = f"{one.pages:5}  {one.questions:9}  {one.taps:4}  {one.minutes:7}"
        click.echo(f"{name:{widest}}  {figures}")
